#include <paceline/workload/plain_http.h>

#include <utility>
#include <vector>

namespace paceline {
namespace {

class PlainHttpWorkload : public Workload {
 public:
  explicit PlainHttpWorkload(PlainHttp plain) : plain_(std::move(plain)) {
    std::vector<std::string> lines;
    if (plain_.method == Method::post) lines.push_back("Content-Type: " + plain_.content_type);
    headers_ = std::make_shared<const HeaderList>(lines);
  }

  Description describe() const override {
    return {.name = plain_.method == Method::post ? "http/post" : "http/get",
            .asks = plain_.body,
            .is_streamed = false};
  }

  void make(std::uint64_t, Request& request) override {
    request.method = plain_.method;
    request.url = plain_.url;
    request.headers = headers_;
    request.body = plain_.body;
    request.name.clear();
    request.reply_tokens = 0;
    request.is_streamed = false;
  }

  Outcome read(const Request&, Reply& reply) override { return read_status(reply); }

 private:
  PlainHttp plain_;
  std::shared_ptr<const HeaderList> headers_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(PlainHttp plain) {
  return std::make_unique<PlainHttpWorkload>(std::move(plain));
}

}  // namespace paceline
