#include <paceline/plain_http.h>

#include <fmt/format.h>

#include <utility>

#include <paceline/api/response_reader.h>
#include <paceline/text/strings.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/file_lines.h>

namespace paceline {
namespace {

class PlainHttpWorkload : public Workload {
 public:
  explicit PlainHttpWorkload(PlainHttp plain) : plain_(std::move(plain)) {
    HeaderList own;
    if (plain_.method == Method::post) own.push_back("Content-Type: " + plain_.content_type);
    headers_ = workload::merged_headers(std::move(own), plain_.headers);
  }

  Description describe() const override {
    if (plain_.method == Method::get)
      return {.name = "http/get", .url = plain_.url, .fingerprint = "{}", .is_streamed = false};
    return {.name = "http/post",
            .url = plain_.url,
            .fingerprint = fmt::format(R"({{"content_type":{},"body":"#{}"}})",
                                       text::json_quoted(plain_.content_type),
                                       workload::content_hash_text(plain_.body)),
            .is_streamed = false};
  }

  void make(std::uint64_t, Request& request) override {
    request.method = plain_.method;
    request.url = plain_.url;
    request.headers = headers_;
    request.signing.reset();
    request.body = plain_.body;
    request.name.clear();
    request.length_asked.reset();
    request.prefix_tokens = 0;
    request.is_streamed = false;
    // Only the status decides, so nothing reads the body of a success.
    request.keeps_response = false;
  }

  Outcome read(const Request&, Response& response) override {
    Outcome outcome = read_status(response);
    if (outcome.failure) parser_.explain(response, outcome);
    return outcome;
  }

 private:
  PlainHttp plain_;
  api::ResponseReader parser_;
  std::shared_ptr<const HeaderList> headers_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(PlainHttp plain) {
  return std::make_unique<PlainHttpWorkload>(std::move(plain));
}

}  // namespace paceline
