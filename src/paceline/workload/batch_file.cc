#include <fmt/format.h>
#include <paceline/workload/batch_file.h>
#include <simdjson.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <paceline/workload/line_scanner.h>

namespace paceline {
namespace {

/// What a reader takes of the file at once.
constexpr std::size_t read_piece = 16U << 10U;

using Hashes = std::vector<std::size_t>;

std::size_t hash_of(std::string_view custom_id) {
  return std::hash<std::string_view>{}(custom_id);
}

/// The hashes that occur more than once, sorted.
Hashes repeated(Hashes hashes) {
  std::sort(hashes.begin(), hashes.end());
  Hashes found;
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    if (hashes[i] == hashes[i - 1] && (found.empty() || found.back() != hashes[i])) {
      found.push_back(hashes[i]);
    }
  }
  return found;
}

/// Names the first line whose custom_id stood before, of those with these hashes: equal hashes may
/// yet be of different texts.
std::optional<std::string> find_repeated_id(const RegularFile& file, const Hashes& suspects) {
  std::unordered_map<std::string, std::uint64_t> first_lines;
  LineScanner scanner(file);
  BatchLineParser parser;
  while (scanner.next()) {
    const auto parsed = parser.check(scanner.text());
    const auto* line = std::get_if<BatchLine>(&parsed);
    if (line == nullptr) break;
    if (!std::binary_search(suspects.begin(), suspects.end(), hash_of(line->custom_id))) continue;
    const auto [first, is_first] =
        first_lines.try_emplace(std::string(line->custom_id), scanner.number());
    if (!is_first) {
      return fmt::format("{}:{}: custom_id is that of line {} too; give each line one of its own",
                         file.path(), scanner.number(), first->second);
    }
  }
  return scanner.error();
}

}  // namespace

std::variant<std::shared_ptr<const BatchFile>, std::string> BatchFile::open(
    const std::string& path) {
  auto opened = RegularFile::open(path);
  if (auto* sentence = std::get_if<std::string>(&opened)) return std::move(*sentence);
  const std::shared_ptr<BatchFile> batch(new BatchFile(std::get<RegularFile>(std::move(opened))));

  Hashes hashes;
  LineScanner scanner(batch->file_);
  BatchLineParser parser;
  while (scanner.next()) {
    const auto parsed = parser.check(scanner.text());
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
      return fmt::format("{}:{}: {}", path, scanner.number(), *reason);
    }
    batch->offsets_.add(scanner.offset());
    batch->hashes_.add(scanner.text());
    hashes.push_back(hash_of(std::get<BatchLine>(parsed).custom_id));
  }
  if (scanner.error()) return *scanner.error();
  batch->offsets_.add(scanner.offset());
  batch->offsets_.shrink_to_fit();
  if (hashes.empty()) {
    return fmt::format("{}:1: there is no request in the file; {}", path, one_request_a_line);
  }
  if (const Hashes suspects = repeated(std::move(hashes)); !suspects.empty()) {
    if (auto sentence = find_repeated_id(batch->file_, suspects)) return *std::move(sentence);
  }
  return batch;
}

BatchReader::BatchReader(std::shared_ptr<const BatchFile> file) : file_(std::move(file)) {}

std::variant<BatchLine, std::string> BatchReader::read(std::size_t k) {
  assert(k < file_->size());
  const RegularFile& file = file_->file_;
  const std::uint64_t begin = file_->offsets_[k];
  // What is longer than the longest line is blank lines.
  const std::size_t length = std::min(file_->offsets_[k + 1] - begin, std::uint64_t{longest_line});
  if (begin < begin_ || begin + length > end_) {
    const std::size_t wanted = std::max(length, read_piece);
    buffer_.resize(std::max(buffer_.size(), wanted + simdjson::SIMDJSON_PADDING));
    const auto got = file.read(begin, buffer_.data(), wanted);
    if (const auto* sentence = std::get_if<std::string>(&got)) return *sentence;
    begin_ = begin;
    end_ = begin + std::get<std::size_t>(got);
  }
  if (begin + length <= end_) {
    auto parsed = parser_.parse({buffer_.data() + (begin - begin_), length});
    if (std::holds_alternative<BatchLine>(parsed)) return parsed;
  }
  return fmt::format("{}: request {} is not there any more; leave the file as it is during a run",
                     file.path(), k + 1);
}

}  // namespace paceline
