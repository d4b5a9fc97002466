// Responses whose headers or bodies are not as HTTP/2 has them.

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "http2_violation.h"

namespace paceline::http {
namespace {

std::vector<Http2Violation> header_violations() {
  using namespace frames;
  using Stream = Http2Violation::Stream;
  const auto with_header = [](Stream stream, const std::string& more) {
    return headers(stream, status(200) + more) + data(stream, "ok", end_stream);
  };
  return {
      {"two_lengths",
       [=](Stream s) {
         return with_header(s, header("content-length", "2") + header("content-length", "3"));
       }},
      {"no_length", [=](Stream s) { return with_header(s, header("content-length", "2x")); }},
      {"upper_case_name", [=](Stream s) { return with_header(s, header("X-Upper", "1")); }},
      {"empty_name", [=](Stream s) { return with_header(s, header("", "1")); }},
      {"connection", [=](Stream s) { return with_header(s, header("connection", "close")); }},
      {"chunks", [=](Stream s) { return with_header(s, header("transfer-encoding", "chunked")); }},
      {"line_break", [=](Stream s) { return with_header(s, header("x-one", "1\r\nx-two: 2")); }},
      {"zero_byte",
       [=](Stream s) {
         return with_header(s, header("x-one", {"a\0b", 3}));
       }},
      {"two_statuses", [=](Stream s) { return with_header(s, status(404)); }},
      {"unknown_pseudo_header", [=](Stream s) { return with_header(s, header(":what", "1")); }},
      {"late_status",
       [](Stream s) { return headers(s, header("x-one", "1") + status(200), end_stream); }},
      {"no_status", [](Stream s) { return headers(s, header("x-one", "1"), end_stream); }},
      {"status_in_letters",
       [](Stream s) { return headers(s, header(":status", "2x0"), end_stream); }},
      {"short_status", [](Stream s) { return headers(s, header(":status", "99"), end_stream); }},
      {"long_status", [](Stream s) { return headers(s, header(":status", "1000"), end_stream); }},
      {.name = "status_of_zeros",
       .answer = [](Stream s) { return headers(s, header(":status", "000"), end_stream); },
       .told = cancel,
       .words = "the response is not HTTP/2: its status is 000"},
      {"switched_protocols", [](Stream s) { return headers(s, status(101)) + response(s); }},
      {.name = "length_without_body",
       .answer =
           [](Stream s) {
             return headers(s, status(200) + header("content-length", "7"), end_stream);
           }},
      {.name = "headers_too_long",
       .answer =
           [](Stream s) {
             return headers(s, status(200) + long_headers(150)) + data(s, "ok", end_stream);
           },
       .told = internal_error,
       .is_kept = false,
       .words = "the response's headers are too long"},
      {.name = "headers_too_many",
       .answer =
           [](Stream s) {
             constexpr std::size_t newest = 62;
             std::string block = status(200) + kept_header("x", "");
             for (int i = 0; i < 16'000; ++i) block += indexed_header(newest);
             return headers(s, block.substr(0, 16'384)) + data(s, "ok", end_stream);
           },
       .told = internal_error,
       .is_kept = false,
       .words = "the response's headers are too long"},
      {.name = "trailers_too_long",
       .answer =
           [](Stream s) {
             return headers(s, status(200)) + data(s, "ok") +
                    headers(s, long_headers(150), end_stream);
           },
       .status = 200,
       .told = internal_error,
       .is_kept = false,
       .words = "the response's headers are too long"},
      {.name = "trailers_with_a_status",
       .answer =
           [](Stream s) {
             return headers(s, status(200)) + data(s, "ok") + headers(s, status(200), end_stream);
           },
       .error = TransportError::reset,
       .status = 200,
       .words = "the response contradicts its content-length or HTTP/2"},
      {.name = "trailers_without_an_end",
       .answer =
           [](Stream s) {
             return headers(s, status(200)) + data(s, "ok") + headers(s, header("x-sum", "1"));
           },
       .error = TransportError::reset,
       .status = 200,
       .words = "the response contradicts its content-length or HTTP/2"},
      {.name = "body_of_204",
       .answer = [](Stream s) { return headers(s, status(204)) + data(s, "ok", end_stream); },
       .error = TransportError::reset,
       .status = 204,
       .words = "the response contradicts its content-length or HTTP/2"},
      {.name = "body_over_its_length",
       .answer =
           [](Stream s) {
             return headers(s, status(200) + header("content-length", "1")) +
                    data(s, "ok", end_stream);
           },
       .error = TransportError::reset,
       .status = 200,
       .words = "the response contradicts its content-length or HTTP/2"},
  };
}

using Http2HeaderViolationTest = testing::TestWithParam<Http2Violation>;

TEST_P(Http2HeaderViolationTest, IsToldToBothSides) {
  expect_outcome(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Each, Http2HeaderViolationTest, testing::ValuesIn(header_violations()),
                         name_of_violation);

}  // namespace
}  // namespace paceline::http
