#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/workload/regular_file.h>

namespace paceline {

/// The longest line that is read: what a file without line ends may take of memory.
constexpr std::size_t longest_line = 64U << 20U;

/// Goes through the lines of a file once, in memory for the longest of them. Lines end with LF or
/// CRLF, the last one with nothing too. Passes over a byte order mark at the file's start, and over
/// blank lines.
class LineScanner {
 public:
  /// The file outlives its scanner.
  explicit LineScanner(const RegularFile& file);

  /// Goes to the next line. False at the file's end, or when error() says why.
  bool next();

  /// The line without its end. After it stand simdjson's padding bytes of readable memory.
  std::string_view text() const { return text_; }
  /// Where it begins in the file, in bytes; after the last line, where the file ends.
  std::uint64_t offset() const { return offset_; }
  /// From 1, blank lines counted, as editors do.
  std::uint64_t number() const { return number_; }
  /// A sentence when the file cannot be read, or a line is too long.
  const std::optional<std::string>& error() const { return error_; }

 private:
  bool next_of_any_kind();
  /// Reads one more piece behind what is left.
  bool fill();
  /// Says that the next line is too long.
  bool refuse_line();

  const RegularFile& file_;
  std::vector<char> buffer_;
  /// What of the buffer is not gone through yet.
  std::string_view left_;
  /// How much of the file was read.
  std::uint64_t read_ = 0;
  bool at_end_ = false;
  std::string_view text_;
  std::uint64_t offset_ = 0;
  std::uint64_t number_ = 0;
  std::optional<std::string> error_;
};

}  // namespace paceline
