#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <paceline/text/result.h>
#include <paceline/workload/conversation.h>
#include <paceline/workload/file_lines.h>

namespace paceline::workload {

/// Conversations in a file: JSON objects (ConversationParser) on lines of their own, or in one JSON
/// array. Conversations without a message of the user are left out. Requests in the Batch format
/// with the same session_id are the turns of one session, in the order of the file; a session has
/// the place of its first request.
///
/// The conversations stay on the disk. Memory holds twelve bytes for each, or for requests twelve
/// bytes for each and four for each session; four more for each turn if the file has delays. While
/// a file of requests is opened, memory also holds the ids of the sessions. Thread-safe.
class ConversationFile {
 public:
  /// Checks every object. Errors: file_unreadable, bad_line and line_names_server; the message
  /// begins with "FILE:LINE: ", for an array with "FILE:LINE: object N: ", or with "FILE: " if it
  /// concerns no line.
  static Result<std::shared_ptr<const ConversationFile>> open(const std::string& path);

  /// Number of sessions, at least one, and of the turns of all sessions.
  std::uint64_t sessions() const { return starts_.size() - 1; }
  std::uint64_t turns() const { return starts_[starts_.size() - 1]; }
  /// The session of a turn, which is counted over all sessions. Precondition: turn < turns().
  std::uint64_t session_of(std::uint64_t turn) const;
  /// The first turn of a session. Precondition: session <= sessions().
  std::uint64_t first_turn(std::uint64_t session) const { return starts_[session]; }
  /// ConversationTurn::delay. Precondition: turn < turns().
  std::optional<std::chrono::milliseconds> delay(std::uint64_t turn) const;
  /// Whether the file has whole requests in the Batch format.
  bool has_requests() const { return has_requests_; }
  /// Hashes of the objects in order.
  const LineHashes& hashes() const { return hashes_; }

 private:
  friend class ConversationReader;

  explicit ConversationFile(RegularFile file) : file_(std::move(file)) {}

  /// Reads all objects with a LineScanner or an ArrayScanner.
  template <typename Scanner>
  Result<void> read_objects(Scanner scanner);
  void add_delay(const ConversationTurn& turn);
  /// Sorts the requests by session. `sessions`: of each request.
  void sort(const std::vector<std::uint32_t>& sessions);

  RegularFile file_;
  bool has_requests_ = false;
  /// Where each object begins, and where it ends.
  LineOffsets objects_;
  /// The first turn of each session, and the number of turns.
  LineOffsets starts_;
  /// The object of each turn, if these are requests; or else the object of a session has its
  /// number.
  std::vector<std::uint32_t> requests_;
  /// Milliseconds by turn; empty: the file has no delays.
  std::vector<std::uint32_t> delays_;
  LineHashes hashes_;
};

/// Reads the conversations of a file in any order. Not thread-safe: each thread has a reader of its
/// own.
class ConversationReader {
 public:
  explicit ConversationReader(std::shared_ptr<const ConversationFile> file);

  /// Reads a session. If the file gives no id, the id is the session's number, from 1 on.
  /// Errors: file_unreadable; bad_line, if the file has changed.
  /// Precondition: session < file->sessions().
  Result<Conversation> read(std::uint64_t session);

 private:
  /// Reads an object into `part_`. False: it is no longer in the file.
  Result<bool> read_object(std::uint64_t number);

  std::shared_ptr<const ConversationFile> file_;
  LineReader objects_;
  ConversationParser parser_;
  Conversation part_;
};

}  // namespace paceline::workload
