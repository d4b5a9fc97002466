#include <fmt/format.h>
#include <paceline/log/rank_file.h>

#include <filesystem>

namespace paceline::log {

std::string rank_file(const std::string& path, std::uint64_t rank) {
  std::filesystem::path file(path);
  return file
      .replace_filename(
          fmt::format("{}.{}{}", file.stem().string(), rank, file.extension().string()))
      .string();
}

}  // namespace paceline::log
