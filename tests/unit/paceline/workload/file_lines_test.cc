#include <gtest/gtest.h>
#include <paceline/workload/file_lines.h>

#include <cstdint>
#include <vector>

namespace paceline::workload {
namespace {

TEST(LineOffsetsTest, GivesBackWhatWasAddedBeyondFourGigabytes) {
  constexpr std::uint64_t pass = std::uint64_t{1} << 32U;
  const std::vector<std::uint64_t> offsets = {
      0,        1,        500,          pass - 1,     pass,         pass + 1,
      2 * pass, 2 * pass, 5 * pass + 7, 5 * pass + 8, 9 * pass - 1, 9 * pass};
  LineOffsets lines;
  for (const std::uint64_t offset : offsets) lines.add(offset);
  lines.shrink_to_fit();
  ASSERT_EQ(lines.size(), offsets.size());
  for (std::size_t k = 0; k < offsets.size(); ++k) EXPECT_EQ(lines[k], offsets[k]) << k;
}

TEST(LineOffsetsTest, MayBeginBeyondFourGigabytes) {
  LineOffsets lines;
  lines.add(std::uint64_t{3} << 32U);
  EXPECT_EQ(lines[0], std::uint64_t{3} << 32U);
}

}  // namespace
}  // namespace paceline::workload
