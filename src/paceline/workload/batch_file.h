#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <paceline/api.h>
#include <paceline/text/result.h>
#include <paceline/workload.h>
#include <paceline/workload/batch_line.h>
#include <paceline/workload/file_lines.h>

namespace paceline::workload {

/// A file in the OpenAI Batch input format: one JSON object per line with custom_id, method, url
/// and body (https://platform.openai.com/docs/api-reference/batch/request-input).
///
/// The requests stay on the disk. Memory holds four bytes per line, and eight more while the file
/// is opened. Thread-safe.
class BatchFile {
 public:
  /// Checks every line, and that each custom_id is unique. Errors: file_unreadable, bad_line and
  /// line_names_server; the message begins with "FILE:LINE: ", or with "FILE: " if it concerns no
  /// line.
  static Result<std::shared_ptr<const BatchFile>> open(const std::string& path);

  /// Number of requests; at least one.
  std::size_t size() const { return offsets_.size() - 1; }

  /// Hashes of the lines without their ends, in order and without blank lines.
  const LineHashes& hashes() const { return hashes_; }

 private:
  friend class BatchReader;

  explicit BatchFile(RegularFile file) : file_(std::move(file)) {}

  RegularFile file_;
  /// The last one is the end of the file.
  LineOffsets offsets_;
  LineHashes hashes_;
};

/// Reads the requests of a file in any order; ascending order is fastest. Not thread-safe: each
/// thread has a reader of its own.
class BatchReader {
 public:
  explicit BatchReader(std::shared_ptr<const BatchFile> file);

  const BatchFile& file() const { return *file_; }

  /// Reads request k, counted from 0, and checks it again. Its texts are valid until the next call.
  /// Errors: file_unreadable; bad_line, if the file has changed and no longer holds the request.
  /// Precondition: k < file().size().
  Result<BatchLine> read(std::size_t k);

 private:
  std::shared_ptr<const BatchFile> file_;
  LineReader lines_;
  BatchLineParser parser_;
};

/// The requests of a batch file: item k sends line k. The first line follows the last.
struct BatchReplay {
  std::shared_ptr<const BatchFile> file;
  /// Whether the body of a streamed response is assembled from its events, for a log.
  bool keeps_text = false;
  /// Whether Api::body_patch is merged into each line.
  bool is_patched = false;
};

/// Sends the requests to `api`: its base URL replaces "/v1" in the URL of each line. The runs are
/// called batch/replay.
std::unique_ptr<Workload> make_workload(const Api& api, const BatchReplay& replay);

}  // namespace paceline::workload
