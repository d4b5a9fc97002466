// The fault matrix: the outcome of a request for each of the server's faults.

#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "faulty_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

/// A fault, and the outcome that the client must see over every transport.
struct FaultCase {
  const char* name;
  Fault fault;
  /// Bytes of the body before the fault.
  std::size_t after;
  std::chrono::milliseconds time;
  TransportError error;
  /// 0: no response begins.
  long status;
  /// Whether the JSON of the response is incomplete.
  bool lacks_end = false;
};

void PrintTo(const FaultCase& fault, std::ostream* out) {
  *out << fault.name;
}

const std::vector<FaultCase>& fault_cases() {
  static const std::vector<FaultCase> cases{
      {"http_500", Fault::http_500, 400, 0ms, TransportError::ok, 500},
      {"http_503", Fault::http_503, 400, 0ms, TransportError::ok, 503},
      {"delay", Fault::delay, 400, 100ms, TransportError::ok, 200},
      {"stall", Fault::stall, 400, 0ms, TransportError::timed_out, 0},
      {"reset", Fault::reset, 400, 0ms, TransportError::reset, 200, true},
      {"reset_before_headers", Fault::reset, 0, 0ms, TransportError::reset, 0},
      {"close", Fault::close, 400, 0ms, TransportError::reset, 200, true},
      {"close_before_headers", Fault::close, 0, 0ms, TransportError::reset, 0},
      {"half_event", Fault::half_event, 400, 0ms, TransportError::ok, 200, true},
      {"bad_json", Fault::bad_json, 400, 0ms, TransportError::ok, 200, true},
      {"wrong_length", Fault::wrong_length, 400, 0ms, TransportError::reset, 200},
      {"slow_drip", Fault::slow_drip, 400, 50ms, TransportError::timed_out, 200, true},
      {"huge_body", Fault::huge_body, 400, 0ms, TransportError::too_large, 200, true},
  };
  return cases;
}

using FaultParam = std::tuple<FaultCase, Variant, bool>;

std::string fault_name(const testing::TestParamInfo<FaultParam>& info) {
  const auto& [fault, variant, is_streamed] = info.param;
  return std::string(fault.name) + "_over_" + name_of(variant) +
         (is_streamed ? "_streamed" : "_whole");
}

class TransportFaultsTest : public testing::TestWithParam<FaultParam> {
 protected:
  static const FaultCase& fault() { return std::get<FaultCase>(GetParam()); }
  static Variant variant() { return std::get<Variant>(GetParam()); }
  static bool is_streamed() { return std::get<bool>(GetParam()); }

  Response ask_for_completion() {
    Request request;
    request.method = Method::post;
    request.url = server_.root() + "/v1/chat/completions";
    request.headers = std::make_shared<const HeaderList>(
        std::vector<std::string>{"Content-Type: application/json"});
    request.body = R"({"model":"m","messages":[{"role":"user","content":"a"}])";
    request.body += is_streamed() ? R"(,"stream":true})" : "}";
    request.is_streamed = is_streamed();
    return client_.response_to(request);
  }

  /// Whether every JSON object and the stream are complete.
  static bool has_end(const std::string& text, bool is_stream) {
    return text.find('}') != std::string::npos &&
           (is_stream ? text.ends_with("[DONE]\n\n") : text.rfind('}') + 2 >= text.size());
  }

  FaultyServer server_{
      wire_of(variant()),
      {.shares = {{fault().fault, 1}}, .after = fault().after, .time = fault().time}};
  std::string pieces_;
  ClientOnLoop client_{variant(),
                       {.parallel = 1, .connection = {.timeout = 1s, .max_response = 64U << 10U}},
                       [this](Exchange&, std::string_view piece, TimePoint) {
                         pieces_ += piece;
                         return std::optional<std::size_t>(0);
                       }};
};

ErrorCode code_of(TransportError error) {
  switch (error) {
    case TransportError::timed_out:
      return ErrorCode::timed_out;
    case TransportError::reset:
      return ErrorCode::connection_reset;
    case TransportError::too_large:
      return ErrorCode::response_too_large;
    default:
      return ErrorCode::request_failed;
  }
}

TEST_P(TransportFaultsTest, HasTheSameOutcomeOverEach) {
  const Response response = ask_for_completion();
  EXPECT_EQ(response.error, fault().error) << response.error_text;
  if (fault().error != TransportError::ok) {
    EXPECT_EQ(response.error_code, code_of(fault().error)) << response.error_text;
  }
  EXPECT_EQ(response.status, fault().status);
  EXPECT_EQ(response.error_text.empty(), fault().error == TransportError::ok)
      << response.error_text;
  const bool has_pieces = is_streamed() && response.status == 200;
  const std::string& text = has_pieces ? pieces_ : response.body;
  EXPECT_EQ(text.empty(), fault().status == 0);
  EXPECT_EQ(has_end(text, has_pieces), fault().status != 0 && !fault().lacks_end) << text;
  // No request is sent twice, and the next request succeeds.
  EXPECT_EQ(server_.requests(), 1U);
  EXPECT_EQ(client_.get(server_.root() + "/health").status, 200);
  EXPECT_EQ(server_.requests(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Each, TransportFaultsTest,
                         testing::Combine(testing::ValuesIn(fault_cases()),
                                          testing::Values(PACELINE_EVERY_VARIANT), testing::Bool()),
                         fault_name);

}  // namespace
}  // namespace paceline::http
