#pragma once

#include <mpi.h>

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <mpi/message.h>

namespace paceline::mpi {

/// Messages of any length between the processes of an MPI program, without waiting. Initializes MPI
/// in the constructor. All calls, and the construction, are on one thread.
class Link {
 public:
  Link();
  /// Ends MPI if end() was not called.
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  std::uint64_t rank() const { return rank_; }
  std::uint64_t size() const { return size_; }

  /// Starts to send a message. Whether a rank that was lost gets the message is unknown.
  void send(std::uint64_t to, Kind kind, std::string bytes);
  /// The next message that has arrived; nothing if there is none.
  std::optional<Message> receive();
  /// Frees the messages that MPI has sent. Returns whether none is left.
  bool finish_sends();

  /// Ends MPI together with all other ranks, which have to call this too.
  void end();
  /// Ends MPI and all other ranks, because one was lost.
  [[noreturn]] void abort(int exit_code);

 private:
  struct Sending {
    std::string bytes;
    MPI_Request request;
  };

  struct Receiving {
    Message message;
    MPI_Request request;
    bool is_complete = false;
  };

  void match();
  void test_receiving();

  MPI_Comm comm_ = MPI_COMM_NULL;
  std::uint64_t rank_ = 0;
  std::uint64_t size_ = 1;
  bool is_ended_ = false;
  /// MPI reads the bytes until the request is complete.
  std::list<Sending> sending_;
  /// In the order in which MPI matched them.
  std::list<Receiving> receiving_;
};

}  // namespace paceline::mpi
