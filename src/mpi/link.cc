#include <mpi/link.h>

#include <cstdlib>
#include <set>
#include <utility>

namespace paceline::mpi {

Link::Link() {
  int provided = 0;
  // One thread makes all calls, and need not be the first thread of the program.
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_dup(MPI_COMM_WORLD, &comm_);
  // A rank that dies must not end the others.
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(comm_, &rank);
  MPI_Comm_size(comm_, &size);
  rank_ = static_cast<std::uint64_t>(rank);
  size_ = static_cast<std::uint64_t>(size);
}

Link::~Link() {
  if (!is_ended_) end();
}

void Link::send(std::uint64_t to, Kind kind, std::string bytes) {
  Sending& sending = sending_.emplace_back(Sending{std::move(bytes), MPI_REQUEST_NULL});
  MPI_Isend(sending.bytes.data(), static_cast<int>(sending.bytes.size()), MPI_BYTE,
            static_cast<int>(to), static_cast<int>(kind), comm_, &sending.request);
}

std::optional<Message> Link::receive() {
  match();
  test_receiving();
  std::set<std::uint64_t> waiting;
  for (auto next = receiving_.begin(); next != receiving_.end(); ++next) {
    // Messages of one sender keep their order.
    if (next->is_complete && !waiting.contains(next->message.from)) {
      Message message = std::move(next->message);
      receiving_.erase(next);
      return message;
    }
    waiting.insert(next->message.from);
  }
  return std::nullopt;
}

/// Begins to receive the next message, without waiting for its bytes: a sender that dies sends a
/// part of them only.
void Link::match() {
  int has_message = 0;
  MPI_Message matched = MPI_MESSAGE_NULL;
  MPI_Status status{};
  const int probed =
      MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm_, &has_message, &matched, &status);
  if (probed != MPI_SUCCESS || has_message == 0) return;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Receiving& receiving = receiving_.emplace_back(
      Receiving{{static_cast<std::uint64_t>(status.MPI_SOURCE), static_cast<Kind>(status.MPI_TAG),
                 std::string(static_cast<std::size_t>(size), '\0')},
                MPI_REQUEST_NULL});
  MPI_Imrecv(receiving.message.bytes.data(), size, MPI_BYTE, &matched, &receiving.request);
}

void Link::test_receiving() {
  std::erase_if(receiving_, [](Receiving& receiving) {
    if (receiving.is_complete) return false;
    int is_received = 0;
    const int tested = MPI_Test(&receiving.request, &is_received, MPI_STATUS_IGNORE);
    receiving.is_complete = is_received != 0;
    return tested != MPI_SUCCESS;
  });
}

bool Link::finish_sends() {
  std::erase_if(sending_, [](Sending& sending) {
    int is_sent = 0;
    // A message to a lost rank ends with an error.
    return MPI_Test(&sending.request, &is_sent, MPI_STATUS_IGNORE) != MPI_SUCCESS || is_sent != 0;
  });
  return sending_.empty();
}

void Link::end() {
  is_ended_ = true;
  MPI_Comm_free(&comm_);
  MPI_Finalize();
}

void Link::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  // MPI_Abort may leave the end to the program that started the ranks.
  std::_Exit(exit_code);
}

}  // namespace paceline::mpi
