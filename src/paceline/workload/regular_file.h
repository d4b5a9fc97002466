#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <paceline/text/result.h>

namespace paceline::workload {

/// A file that is open for reading at any offset. Thread-safe.
///
/// The file is read, not mapped: a mapping of a file that another program truncates would end this
/// program with SIGBUS.
class RegularFile {
 public:
  /// Error: file_unreadable, where the file is missing or not a regular file.
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

}  // namespace paceline::workload
