#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <paceline/chat_session.h>
#include <paceline/sessions.h>
#include <paceline/workload/conversation_file.h>
#include <paceline/workload/drawn_sessions.h>

namespace paceline::workload {

/// The sessions of a file, over and over: the first one follows the last one. A think time is the
/// delay in the file, or else drawn as for DrawnSessions.
class FileSessions : public Sessions {
 public:
  FileSessions(std::shared_ptr<const ConversationFile> file, const ChatSession& session);

  std::uint64_t session_of(std::uint64_t item) override;
  std::uint64_t first_item(std::uint64_t session) override;
  std::chrono::nanoseconds think_time(std::uint64_t item) override;

 private:
  std::shared_ptr<const ConversationFile> file_;
  DrawnSessions drawn_;
};

}  // namespace paceline::workload
