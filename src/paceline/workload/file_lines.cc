#include <fcntl.h>
#include <fmt/format.h>
#include <paceline/text/strings.h>
#include <paceline/workload/file_lines.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace paceline::workload {
namespace {

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

tl::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return fail(ErrorCode::file_unreadable, path + ": " + why);
}

}  // namespace

Result<RegularFile> RegularFile::open(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  RegularFile file(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.descriptor_ < 0 || fstat(file.descriptor_, &status) != 0) {
    return unreadable(path, fmt::format("cannot be opened ({}); check the name and the permissions",
                                        reason_of(errno)));
  }
  if (S_ISDIR(status.st_mode)) return unreadable(path, "is a folder; name a file in it");
  if (!S_ISREG(status.st_mode)) {
    return unreadable(path, "is not a regular file; save its content to a file and name that file");
  }
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  return file;
}

RegularFile::RegularFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

RegularFile::RegularFile(RegularFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

RegularFile::~RegularFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<std::size_t> RegularFile::read(std::uint64_t offset, char* bytes, std::size_t length) const {
  std::size_t have = 0;
  while (have < length) {
    const ssize_t got =
        pread(descriptor_, bytes + have, length - have, static_cast<off_t>(offset + have));
    if (got == 0) break;
    if (got > 0) {
      have += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return unreadable(path_,
                        fmt::format("cannot be read ({}); check its disk", reason_of(errno)));
    }
  }
  return have;
}

namespace {

constexpr std::uint64_t hash_step = 0x9e3779b97f4a7c15;

/// The finalizer of SplitMix64: every input bit affects every output bit.
std::uint64_t scrambled(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31U);
}

/// Up to eight bytes as an integer; the first byte is the lowest.
std::uint64_t word_at(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

constexpr std::size_t most_line_hashes = 128;

std::uint64_t followed_by(std::uint64_t hash, std::uint64_t next) {
  return content_hash({reinterpret_cast<const char*>(&next), sizeof next}, hash);
}

}  // namespace

std::uint64_t content_hash(std::string_view bytes, std::uint64_t seed) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  std::uint64_t hash = scrambled(seed + hash_step * (bytes.size() + 1));
  while (bytes.size() >= word) {
    hash = scrambled((hash ^ word_at(bytes.data(), word)) + hash_step);
    bytes.remove_prefix(word);
  }
  if (bytes.empty()) return hash;
  return scrambled((hash ^ word_at(bytes.data(), bytes.size())) + hash_step);
}

std::string content_hash_text(std::string_view bytes) {
  return fmt::format("{:016x}", content_hash(bytes));
}

void LineHashes::add(std::string_view line) {
  if (count_ % each_ == 0) {
    if (hashes_.size() == most_line_hashes) {
      for (std::size_t i = 0; i < most_line_hashes / 2; ++i) {
        hashes_[i] = followed_by(hashes_[2 * i], hashes_[2 * i + 1]);
      }
      hashes_.resize(most_line_hashes / 2);
      each_ *= 2;
    }
    hashes_.push_back(0);
  }
  hashes_.back() = followed_by(hashes_.back(), content_hash(line));
  ++count_;
}

std::string LineHashes::json() const {
  std::string text = fmt::format(R"({{"count":{},"each":{},"hashes":[)", count_, each_);
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    text += fmt::format(R"({}"{:016x}")", i == 0 ? "" : ",", hashes_[i]);
  }
  return text + "]}";
}

namespace {

/// Bytes that are read at once. Fits the cache together with the parser's memory.
constexpr std::size_t scanned_piece = 256U << 10U;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

LineScanner::LineScanner(const RegularFile& file)
    : file_(file), buffer_(scanned_piece + simdjson::SIMDJSON_PADDING) {}

bool LineScanner::next() {
  do {
    if (!next_of_any_kind()) return false;
  } while (is_blank(text_));
  return true;
}

bool LineScanner::next_of_any_kind() {
  std::size_t searched = 0;
  std::size_t length = left_.find('\n');
  while (length == std::string_view::npos && !at_end_) {
    searched = left_.size();
    if (!fill()) return false;
    length = left_.find('\n', searched);
  }
  offset_ = read_ - left_.size();
  if (left_.empty()) return false;
  text_ = left_.substr(0, length);
  if (text_.size() > longest_line) return refuse_line();
  ++number_;
  left_.remove_prefix(std::min(left_.size(), text_.size() + 1));
  if (text_.ends_with('\r')) text_.remove_suffix(1);
  if (offset_ == 0 && text_.starts_with(text::byte_order_mark)) {
    text_.remove_prefix(text::byte_order_mark.size());
    offset_ = text::byte_order_mark.size();
  }
  return true;
}

bool LineScanner::fill() {
  const std::size_t held = left_.size();
  if (held > longest_line) return refuse_line();
  if (held > 0) std::memmove(buffer_.data(), left_.data(), held);
  const std::size_t needed = held + scanned_piece + simdjson::SIMDJSON_PADDING;
  if (buffer_.size() < needed) buffer_.resize(needed);
  const auto added = file_.read(read_, buffer_.data() + held, scanned_piece);
  if (!added) {
    result_ = tl::unexpected(added.error());
    return false;
  }
  read_ += *added;
  at_end_ = *added < scanned_piece;
  left_ = {buffer_.data(), held + *added};
  return true;
}

bool LineScanner::refuse_line() {
  result_ =
      fail(ErrorCode::bad_line,
           fmt::format("{}:{}: the line is longer than {} MiB; put each request on its own line",
                       file_.path(), number_ + 1, longest_line >> 20U));
  return false;
}

Result<std::string_view> LineReader::read(std::size_t k) {
  constexpr std::size_t read_piece = 16U << 10U;
  const std::uint64_t begin = offsets_[k];
  // A span longer than the longest line ends with blank lines.
  const std::size_t length = std::min(offsets_[k + 1] - begin, std::uint64_t{longest_line});
  if (begin < begin_ || begin + length > end_) {
    const std::size_t wanted = std::max(length, read_piece);
    buffer_.resize(std::max(buffer_.size(), wanted + simdjson::SIMDJSON_PADDING));
    const auto got = file_.read(begin, buffer_.data(), wanted);
    if (!got) return tl::unexpected(got.error());
    begin_ = begin;
    end_ = begin + *got;
  }
  if (begin + length > end_) return std::string_view();
  return std::string_view(buffer_.data() + (begin - begin_), length);
}

}  // namespace paceline::workload
