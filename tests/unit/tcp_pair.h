#pragma once

#include <gtest/gtest.h>
#include <paceline/clock.h>
#include <paceline/loop/sockets.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>

#include "loopback_listener.h"

namespace paceline {

/// Both ends of a TCP connection: a test speaks there, and what it tests listens here.
class TcpPair : public testing::Test {
 protected:
  TcpPair() {
    const LoopbackListener listener(1);
    here_ = loop::Descriptor(listener.connect());
    there_ = loop::Descriptor(listener.accept());
  }

  int here() const { return here_.get(); }
  void hang_up() { there_.reset(); }

  void say(std::string_view words) const {
    EXPECT_EQ(send(there_.get(), words.data(), words.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(words.size()));
  }

  std::string_view hear() {
    const ssize_t length = recv(here(), heard_.data(), heard_.size(), 0);
    return {heard_.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
  }

  /// The kernel begins to take notes a little after it was asked.
  bool notes_are_taken() {
    loop::note_receive_times(here());
    for (int tries = 0; tries < 100; ++tries) {
      say(".");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      const bool is_noted = loop::receive_time(here()).has_value();
      hear();
      if (is_noted) return true;
    }
    return false;
  }

 private:
  loop::Descriptor here_;
  loop::Descriptor there_;
  std::array<char, 100> heard_{};
};

}  // namespace paceline
