// Frames that HTTP/2 does not have there, which end the connection.

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "http2_violation.h"

namespace paceline::http {
namespace {

std::vector<Http2Violation> frame_violations() {
  using namespace frames;
  using Stream = Http2Violation::Stream;
  std::vector<Http2Violation> all{
      {"data_before_headers", [](Stream s) { return data(s, "early") + response(s); }},
      {"data_on_an_idle_stream", [](Stream s) { return data(s + 100, "x") + response(s); }},
      {"headers_on_no_stream", [](Stream s) { return headers(0, status(200)) + response(s); }},
      {"headers_on_its_own_stream", [](Stream s) { return headers(2, status(200)) + response(s); }},
      {"reset_on_an_idle_stream", [](Stream s) { return reset(s + 100, 0) + response(s); }},
      {.name = "interim_response_with_an_end",
       .answer = [](Stream s) { return headers(s, status(103), end_stream) + response(s); },
       .told = stream_closed},
      {"push_promise",
       [](Stream s) {
         return frame(promise_type, end_headers, s,
                      number(2) + header(":method", "GET") + header(":path", "/") +
                          header(":scheme", "https") + header(":authority", "x")) +
                response(s);
       }},
      {"interrupted_headers",
       [](Stream s) { return frame(headers_type, none, s, status(200)) + ping(); }},
      {.name = "padding_beyond_the_frame",
       .answer =
           [](Stream s) {
             return headers(s, status(200)) + frame(data_type, end_stream | padded, s, "\x09ok");
           },
       .status = 200},
      {"empty_window", [](Stream s) { return window(0, 0) + response(s); }},
      {"empty_window_of_the_stream", [](Stream s) { return window(s, 0) + response(s); }},
      {.name = "window_overflow",
       .answer = [](Stream s) { return window(0, 0x7FFFFFFF) + response(s); },
       .told = flow_control_error},
      {.name = "too_long_frame",
       .answer =
           [](Stream s) {
             return headers(s, status(200)) + data(s, std::string(20'000, 'x'), end_stream);
           },
       .status = 200,
       .told = frame_size_error},
      {"stream_of_itself",
       [](Stream s) {
         return frame(priority_type, none, s, number(static_cast<std::uint32_t>(s)) + "x") +
                response(s);
       }},
      {.name = "too_large_window",
       .answer =
           [](Stream s) {
             return settings({{initial_window, 1U << 31U}}) + response(s);
           },
       .told = flow_control_error},
      {"too_small_frame_size",
       [](Stream s) {
         return settings({{most_frame_size, 100}}) + response(s);
       }},
      {"pushing",
       [](Stream s) {
         return settings({{enable_push, 1}}) + response(s);
       }},
      {.name = "settings_in_pieces",
       .answer = [](Stream s) { return frame(settings_type, none, 0, "12345") + response(s); },
       .told = frame_size_error},
      {.name = "no_hpack",
       .answer = [](Stream s) { return headers(s, indexed_header(100)) + response(s); },
       .told = compression_error},
      {"goaway_that_takes_back", [](Stream s) { return goaway(s) + goaway(s + 4) + response(s); }},
  };
  for (Http2Violation& violation : all) violation.ends_connection = true;
  for (const auto& [name, first] : std::vector<std::pair<const char*, std::string>>{
           {"no_settings", ""},
           {"ping_first", ping()},
           {"acknowledgement_first", frame(settings_type, ack, 0)}}) {
    all.push_back({.name = name,
                   .answer = [](Stream s) { return response(s); },
                   .ends_connection = true,
                   .first = first});
  }
  return all;
}

using Http2FrameViolationTest = testing::TestWithParam<Http2Violation>;

TEST_P(Http2FrameViolationTest, IsToldToBothSides) {
  expect_outcome(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Each, Http2FrameViolationTest, testing::ValuesIn(frame_violations()),
                         name_of_violation);

}  // namespace
}  // namespace paceline::http
