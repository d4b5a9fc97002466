#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace paceline::endpoint {

struct SentEvent {
  std::string name;
  std::string data;
};

/// The events of a stream, in the endpoint's form: an optional name and one line of data.
inline std::vector<SentEvent> sent_events(std::string_view stream) {
  std::vector<SentEvent> events;
  while (!stream.empty()) {
    const auto end = stream.find("\n\n");
    if (end == std::string_view::npos) {
      ADD_FAILURE() << "half an event: " << stream;
      break;
    }
    auto event = stream.substr(0, end);
    stream.remove_prefix(end + 2);
    SentEvent sent;
    if (event.starts_with("event: ")) {
      sent.name = event.substr(7, event.find('\n') - 7);
      event.remove_prefix(event.find('\n') + 1);
    }
    EXPECT_TRUE(event.starts_with("data: ")) << event;
    sent.data = event.substr(6);
    events.push_back(sent);
  }
  return events;
}

}  // namespace paceline::endpoint
