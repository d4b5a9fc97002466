#include <gtest/gtest.h>
#include <paceline/gbench/context.h>
#include <paceline/log/request_log.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "../log/log_folder.h"

namespace paceline::gbench {
namespace {

std::string printed(Context& context, const Error& error) {
  testing::internal::CaptureStderr();
  context.fail(error);
  return testing::internal::GetCapturedStderr();
}

const Error error{ErrorCode::log_unwritable, "fact"};

TEST(ContextTest, PrintsAnErrorWithItsRemedyAndFails) {
  ContextSettings settings;
  settings.sentence = [](const Error& failed) { return failed.message + "; remedy"; };
  Context context(std::move(settings));
  EXPECT_FALSE(context.failed());
  EXPECT_EQ(printed(context, error), "paceline: fact; remedy\n");
  EXPECT_TRUE(context.failed());
}

TEST(ContextTest, PrintsTheMessageAloneWithoutRemedies) {
  Context context({});
  EXPECT_EQ(printed(context, error), "paceline: fact\n");
}

using LoggingContextTest = log::LogFolder;

TEST_F(LoggingContextTest, ARunThatTheLogCannotTakeIsAnError) {
  ContextSettings settings;
  settings.log = log::open_request_log(path());
  settings.log_responses = true;
  Context context(std::move(settings));
  const auto begun = context.begin_log({});
  ASSERT_EQ(message_of(begun), "");
  EXPECT_EQ(begun->run, 1);
  std::filesystem::remove(path());
  const auto refused = context.begin_log({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::log_unwritable);
}

}  // namespace
}  // namespace paceline::gbench
