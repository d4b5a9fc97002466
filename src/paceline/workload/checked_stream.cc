#include <paceline/workload/checked_stream.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace paceline::workload {
namespace {

class CheckedStream : public StreamReader {
 public:
  CheckedStream(std::unique_ptr<StreamReader> reader, std::shared_ptr<FormatChecker> checker,
                bool keeps_text)
      : reader_(std::move(reader)), checker_(std::move(checker)), keeps_text_(keeps_text) {}

  void begin(const Request& request) override {
    is_counted_ = request.is_counted;
    reader_->begin(request);
  }
  bool take(std::string_view piece, TimePoint now) override { return reader_->take(piece, now); }
  Outcome finish(Response& response) override {
    Outcome outcome = reader_->finish(response);
    if (is_counted_ && has_format(outcome)) checker_->check(response.body);
    if (!keeps_text_ && !outcome.failure) response.body.clear();
    return outcome;
  }
  const TokenTimes& times() const override { return reader_->times(); }
  std::size_t held() const override { return reader_->held(); }

 private:
  std::unique_ptr<StreamReader> reader_;
  std::shared_ptr<FormatChecker> checker_;
  bool keeps_text_;
  bool is_counted_ = true;
};

}  // namespace

std::unique_ptr<StreamReader> checked_stream(std::unique_ptr<StreamReader> reader,
                                             std::shared_ptr<FormatChecker> checker,
                                             bool keeps_text) {
  return std::make_unique<CheckedStream>(std::move(reader), std::move(checker), keeps_text);
}

}  // namespace paceline::workload
