#include <gtest/gtest.h>
#include <paceline/error.h>
#include <paceline/stats/byte_form.h>

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace paceline::stats {
namespace {

using Numbers = std::vector<std::uint64_t>;
using NumbersOrError = tl::expected<Numbers, Error>;

TEST(ByteFormTest, AResultKeepsItsValue) {
  const NumbersOrError written = Numbers{1, 200, 0};
  const auto read = of_bytes<NumbersOrError>(to_bytes(written));
  ASSERT_TRUE(read);
  ASSERT_TRUE(*read);
  EXPECT_EQ(**read, (Numbers{1, 200, 0}));
}

TEST(ByteFormTest, AResultKeepsItsError) {
  const NumbersOrError written =
      tl::unexpected(Error{ErrorCode::disk_full, "the disk is full", 507});
  const auto read = of_bytes<NumbersOrError>(to_bytes(written));
  ASSERT_TRUE(read);
  ASSERT_FALSE(*read);
  EXPECT_EQ(read->error().code, ErrorCode::disk_full);
  EXPECT_EQ(read->error().message, "the disk is full");
  EXPECT_EQ(read->error().status, 507);
}

TEST(ByteFormTest, TheSizeOfADamagedVectorIsNotBelieved) {
  std::string bytes = to_bytes(Numbers{1, 2, 3});
  bytes[0] = 100;
  EXPECT_FALSE(of_bytes<Numbers>(bytes));
}

}  // namespace
}  // namespace paceline::stats
