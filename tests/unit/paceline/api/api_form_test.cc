#include <gtest/gtest.h>
#include <paceline/api/api_form.h>

#include <string>

namespace paceline::api {
namespace {

TEST(ApiFormTest, FollowsFromTheUrl) {
  for (const ApiKind kind : {ApiKind::chat, ApiKind::completions, ApiKind::responses,
                             ApiKind::messages, ApiKind::embeddings, ApiKind::rerank}) {
    const ApiForm& form = form_of(kind);
    EXPECT_EQ(&form_of_url("http://host/v1" + std::string(form.path()) + "?a=1"), &form);
  }
  EXPECT_EQ(form_of_url("http://host/other").name(), "chat");
  EXPECT_EQ(form_of_url("http://host/v1/completions").name(), "completions");
}

}  // namespace
}  // namespace paceline::api
