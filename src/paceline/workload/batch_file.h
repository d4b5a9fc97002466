#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <paceline/workload/batch_line.h>
#include <paceline/workload/line_hashes.h>
#include <paceline/workload/line_offsets.h>
#include <paceline/workload/regular_file.h>

namespace paceline {

/// A file in the OpenAI Batch input format: one JSON object a line with custom_id, method, url and
/// body. It stays on the disk; four bytes a line are kept in memory, and eight more while it is
/// opened. Any number of threads may share it.
/// https://platform.openai.com/docs/api-reference/batch/request-input
class BatchFile {
 public:
  /// Checks every line, and that no custom_id stands twice. The string says what is wrong, where,
  /// and what to do: "FILE:LINE: reason; what to do".
  static std::variant<std::shared_ptr<const BatchFile>, std::string> open(const std::string& path);

  /// How many requests there are; at least one.
  std::size_t size() const { return offsets_.size() - 1; }

  /// Of the lines in order, without their ends; blank lines have none.
  const LineHashes& hashes() const { return hashes_; }

 private:
  friend class BatchReader;

  explicit BatchFile(RegularFile file) : file_(std::move(file)) {}

  RegularFile file_;
  /// The last one is the file's end.
  LineOffsets offsets_;
  LineHashes hashes_;
};

/// Reads requests of a file in any order, fastest in the file's own; one a thread.
class BatchReader {
 public:
  explicit BatchReader(std::shared_ptr<const BatchFile> file);

  const BatchFile& file() const { return *file_; }

  /// Request k, from 0 to size() - 1. Its texts are valid until the next call. It is checked again;
  /// a sentence when the file was changed meanwhile so that no right request stands there.
  std::variant<BatchLine, std::string> read(std::size_t k);

 private:
  std::shared_ptr<const BatchFile> file_;
  /// A part of the file, so that not every line costs a call of the system.
  std::vector<char> buffer_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  BatchLineParser parser_;
};

}  // namespace paceline
