#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>

namespace paceline::workload {

/// A file that is open for reading at any offset. Thread-safe.
///
/// The file is read, not mapped: a mapping of a file that another program truncates would end this
/// program with SIGBUS.
class RegularFile {
 public:
  /// Error: file_unreadable, if the file is missing or not a regular file.
  static Result<RegularFile> open(const std::string& path);
  RegularFile(RegularFile&& other) noexcept;
  RegularFile& operator=(RegularFile&&) = delete;
  ~RegularFile();

  const std::string& path() const { return path_; }
  /// Size in bytes when the file was opened.
  std::uint64_t size() const { return size_; }

  /// Reads `length` bytes at `offset` into `bytes`, fewer only at the end of the file, and returns
  /// their number. Error: file_unreadable.
  Result<std::size_t> read(std::uint64_t offset, char* bytes, std::size_t length) const;

 private:
  RegularFile(std::string path, int descriptor);

  std::string path_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

/// A hash of bytes that is the same in every build and version, so files may store it. It detects
/// changes, but is not cryptographic: collisions can be constructed.
std::uint64_t content_hash(std::string_view bytes, std::uint64_t seed = 0);

/// The hash as files store it: 16 hexadecimal digits.
std::string content_hash_text(std::string_view bytes);

/// Hashes of a file's lines, in order, at most 128: in a long file, one hash covers several
/// successive lines. Files with equal lines have equal hashes. For two files with the same number
/// of lines, the hashes show roughly where they differ.
class LineHashes {
 public:
  void add(std::string_view line);

  /// The hashes as a log stores them: {"count":100,"each":1,"hashes":["…"]}. `each` is the number
  /// of lines per hash.
  std::string json() const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t each_ = 1;
  std::vector<std::uint64_t> hashes_;
};

/// Length of the longest line that is read. Bounds the memory for a file without line ends.
constexpr std::size_t longest_line = 64U << 20U;

/// Reads the lines of a file once, in order. The memory holds the longest line. A line ends with
/// LF, CRLF or the end of the file. Skips blank lines, and a byte order mark at the start of the
/// file.
class LineScanner {
 public:
  /// The file must outlive the scanner.
  explicit LineScanner(const RegularFile& file);

  /// Reads the next line. False at the end of the file, or after an error, which result() returns.
  bool next();

  /// The line without its end. simdjson's padding bytes after it are readable.
  std::string_view text() const { return text_; }
  /// Offset of the line in the file, in bytes; after the last line, the end of the file.
  std::uint64_t offset() const { return offset_; }
  /// Number of the line from 1, blank lines included.
  std::uint64_t number() const { return number_; }
  /// file_unreadable, or bad_line if a line is too long; no error at the end of the file.
  const Result<void>& result() const { return result_; }

 private:
  /// Like next(), but does not skip blank lines.
  bool next_of_any_kind();
  /// Reads one more piece of the file to the end of `left_`.
  bool fill();
  /// Sets the error of a line that is too long.
  bool refuse_line();

  const RegularFile& file_;
  std::vector<char> buffer_;
  /// The rest of the buffer, behind the current line.
  std::string_view left_;
  /// Bytes of the file that were read.
  std::uint64_t read_ = 0;
  bool at_end_ = false;
  std::string_view text_;
  std::uint64_t offset_ = 0;
  std::uint64_t number_ = 0;
  Result<void> result_;
};

/// Offsets of a file's lines, in four bytes per line for a file of any size: `passes_` replaces the
/// upper half of each offset.
class LineOffsets {
 public:
  /// Precondition: offsets are added in ascending order.
  void add(std::uint64_t offset) {
    while (passes_.size() < offset >> 32U) passes_.push_back(lower_halves_.size());
    lower_halves_.push_back(static_cast<std::uint32_t>(offset));
  }

  std::size_t size() const { return lower_halves_.size(); }

  std::uint64_t operator[](std::size_t line) const {
    assert(line < size());
    const auto later = std::upper_bound(passes_.begin(), passes_.end(), line);
    return static_cast<std::uint64_t>(later - passes_.begin()) << 32U | lower_halves_[line];
  }

  /// Frees memory that was reserved for further lines.
  void shrink_to_fit() { lower_halves_.shrink_to_fit(); }

 private:
  std::vector<std::uint32_t> lower_halves_;
  /// The first line at or behind each multiple of 4 GiB.
  std::vector<std::size_t> passes_;
};

/// Reads the lines of a file in any order; ascending order is fastest. Not thread-safe.
class LineReader {
 public:
  /// `offsets`: the last one is the end of the lines. The file and the offsets must outlive the
  /// reader.
  LineReader(const RegularFile& file, const LineOffsets& offsets)
      : file_(file), offsets_(offsets) {}

  /// Line k with its end, valid until the next call; blank lines may follow. Empty if the file has
  /// been cut since it was opened. Error: file_unreadable.
  /// simdjson's padding bytes after the text are readable. Precondition: k + 1 < offsets.size().
  Result<std::string_view> read(std::size_t k);

 private:
  const RegularFile& file_;
  const LineOffsets& offsets_;
  /// Bytes begin_ to end_ of the file, so that few lines need a system call.
  std::vector<char> buffer_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace paceline::workload
