#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <paceline/http/direct/opening.h>
#include <paceline/loop/loop.h>

namespace paceline::http::direct {

class OpenerThread;

/// Opens the connections of a transport. A TLS handshake takes up to a millisecond of CPU time, so
/// connections with TLS are opened on a thread of their own, for which the loop's thread does not
/// wait. For the loop's thread only.
class Opener {
 public:
  /// The settings outlive the opener. `on_end` is called from the loop.
  Opener(loop::Loop& loop, const OpenSettings& settings, const Openings::OnEnd& on_end);
  ~Opener();
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

  /// Begins to open a connection. `number`: a new number for each.
  void begin(std::uint64_t number, Destination destination);
  /// Forgets an opening, whose end is then not told.
  void cancel(std::uint64_t number);
  /// The CPU time of the opener's thread so far.
  std::chrono::nanoseconds cpu_time() const;

 private:
  void start_thread();

  loop::Loop& loop_;
  const OpenSettings& settings_;
  Openings::OnEnd on_end_;
  Openings here_;
  /// nullptr before the first connection with TLS, or if the system has no descriptor or thread
  /// left for it.
  std::unique_ptr<OpenerThread> thread_;
};

}  // namespace paceline::http::direct
