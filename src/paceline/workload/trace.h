#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include <paceline/text/result.h>
#include <paceline/workload/file_lines.h>
#include <paceline/workload/trace_row.h>

namespace paceline::workload {

/// The part of a trace that is replayed, and how.
struct TraceOptions {
  /// How many times faster than recorded; above 0.
  double speed = 1;
  /// The rows from this time on and before `to` are replayed. Both are recorded times, counted from
  /// the first row.
  std::chrono::nanoseconds from{0};
  std::chrono::nanoseconds to = std::chrono::nanoseconds::max();
  /// The most rows.
  std::size_t rows = std::numeric_limits<std::size_t>::max();
  /// Tokens of a block of a prompt (TraceRow::blocks).
  std::size_t block_tokens = 512;
};

/// A recorded series of requests in a file. The rows stay on the disk; memory holds four bytes for
/// each. Thread-safe.
class Trace {
 public:
  /// Checks every row up to `to`. Errors: file_unreadable; bad_line, also for rows that are not
  /// sorted by time, and for a part without rows. The message begins with "FILE:LINE: ", or with
  /// "FILE: " if it concerns no line.
  static Result<std::shared_ptr<const Trace>> open(const std::string& path,
                                                   const TraceOptions& options);

  /// Number of rows in the part; at least one.
  std::size_t size() const { return offsets_.size() - 1; }
  /// When the last row of the part is due.
  std::chrono::nanoseconds length() const { return length_; }
  /// Whether the rows have TraceRow::in, and whether they have TraceRow::out.
  bool has_in() const { return form_.in.has_value(); }
  bool has_out() const { return form_.out.has_value(); }
  std::size_t block_tokens() const { return options_.block_tokens; }
  /// Hashes of the rows' lines in order.
  const LineHashes& hashes() const { return hashes_; }

 private:
  friend class TraceReader;

  Trace(RegularFile file, const TraceOptions& options)
      : file_(std::move(file)), options_(options) {}

  /// Finds the form and the rows of the part.
  Result<void> read_rows();
  /// Adds a row that `scanner` has read. False: the row is behind the part.
  Result<bool> add(const LineScanner& scanner, const TraceRow& row);
  /// When a row that was recorded at `at` is due in the replay.
  std::chrono::nanoseconds due(std::chrono::nanoseconds at) const;

  RegularFile file_;
  TraceOptions options_;
  TraceForm form_{};
  /// The last one is the end of the part.
  LineOffsets offsets_;
  LineHashes hashes_;
  bool has_rows_ = false;
  /// The recorded times of the first row of the file, and of the row that was read last.
  std::chrono::nanoseconds first_{0};
  std::chrono::nanoseconds last_{0};
  std::chrono::nanoseconds length_{0};
};

/// Reads the rows of a trace in any order; ascending order is fastest. Not thread-safe: each thread
/// has a reader of its own.
class TraceReader {
 public:
  explicit TraceReader(std::shared_ptr<const Trace> trace);

  const Trace& trace() const { return *trace_; }

  /// Reads row k of the part, whose `at` becomes the due time in the replay. The row is valid until
  /// the next call. Errors: file_unreadable; bad_line, if the file has changed. Precondition: k <
  /// trace().size().
  Result<const TraceRow*> read(std::size_t k);

 private:
  std::shared_ptr<const Trace> trace_;
  LineReader lines_;
  TraceParser parser_;
  TraceRow row_;
};

}  // namespace paceline::workload
