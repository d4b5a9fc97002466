#include <paceline/workload/file_sessions.h>

#include <utility>

namespace paceline::workload {

FileSessions::FileSessions(std::shared_ptr<const ConversationFile> file, const ChatSession& session)
    : file_(std::move(file)), drawn_(session) {}

std::uint64_t FileSessions::session_of(std::uint64_t item) {
  const std::uint64_t round = item / file_->turns();
  return round * file_->sessions() + file_->session_of(item % file_->turns());
}

std::uint64_t FileSessions::first_item(std::uint64_t session) {
  const std::uint64_t round = session / file_->sessions();
  return round * file_->turns() + file_->first_turn(session % file_->sessions());
}

std::chrono::nanoseconds FileSessions::think_time(std::uint64_t item) {
  if (const auto delay = file_->delay(item % file_->turns())) return *delay;
  return drawn_.think_time(item);
}

}  // namespace paceline::workload
