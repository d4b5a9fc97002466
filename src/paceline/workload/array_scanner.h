#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>
#include <paceline/workload/file_lines.h>

namespace paceline::workload {

/// Whether the file is a JSON array: its first letter is a bracket. Error: file_unreadable.
Result<bool> is_json_array(const RegularFile& file);

/// Reads the objects of a file that is one JSON array, once, in order. The memory holds the longest
/// object, which is as long as longest_line at most. Finds where each object ends, and checks
/// neither the JSON within nor the commas between.
class ArrayScanner {
 public:
  /// The file must outlive the scanner. Precondition: is_json_array(file).
  explicit ArrayScanner(const RegularFile& file);

  /// Reads the next object. False at the end of the array, or after an error, which result()
  /// returns.
  bool next();

  /// The object. simdjson's padding bytes after it are readable.
  std::string_view text() const { return text_; }
  /// Offset of the object in the file, in bytes.
  std::uint64_t offset() const { return offset_; }
  /// Where the object is, for an error: "FILE:LINE: object N: ".
  std::string place() const;
  /// file_unreadable; bad_line, if the array has no end, or contains a value that is no object or
  /// is too long. No error at the end of the array.
  const Result<void>& result() const { return result_; }

 private:
  /// The next byte; nothing at the end of the file, or after an error.
  std::optional<char> front();
  void skip();
  void skip_spaces();
  /// The length of the object that begins at the front; 0 after an error.
  std::size_t find_end();
  /// Reads one more piece of the file to the end of `left_`. False at the end of the file, or after
  /// an error.
  bool fill();
  bool refuse(std::string message);

  const RegularFile& file_;
  std::vector<char> buffer_;
  /// The rest of the buffer, behind the current object.
  std::string_view left_;
  /// Bytes of the file that were read.
  std::uint64_t read_ = 0;
  bool at_end_ = false;
  /// Whether the brackets of the array have been read.
  bool has_begun_ = false;
  bool has_ended_ = false;
  std::string_view text_;
  std::uint64_t offset_ = 0;
  std::uint64_t number_ = 0;
  /// The line at which the current object begins, and the one of the front.
  std::uint64_t line_ = 1;
  std::uint64_t front_line_ = 1;
  Result<void> result_;
};

}  // namespace paceline::workload
