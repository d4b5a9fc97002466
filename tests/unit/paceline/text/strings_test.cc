#include <gtest/gtest.h>
#include <paceline/text/strings.h>

#include <string>
#include <string_view>

namespace paceline::text {
namespace {

std::string base64(std::string_view bytes) {
  std::string out;
  append_base64(bytes, out);
  return out;
}

// RFC 4648, section 10.
TEST(Base64Test, PadsToFourCharacters) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
}

TEST(SpacesTest, AreRemovedFromBothEnds) {
  EXPECT_EQ(without_spaces(" \t a b\r\n"), "a b");
  EXPECT_EQ(without_spaces(""), "");
  EXPECT_EQ(without_spaces(" \n"), "");
}

}  // namespace
}  // namespace paceline::text
