#include <paceline/workload/refused_workload.h>

#include <utility>

namespace paceline::workload {
namespace {

class RefusedWorkload : public Workload {
 public:
  explicit RefusedWorkload(Error error) : error_(std::move(error)) {}

  // A request without a URL fails, and is not sent.
  void make(std::uint64_t /*item*/, Request& request) override { request = {}; }
  Outcome read(const Request&, Response&) override { return failed(Failure::other, error_); }

 private:
  Error error_;
};

}  // namespace

std::unique_ptr<Workload> make_refused(Error error) {
  return std::make_unique<RefusedWorkload>(std::move(error));
}

}  // namespace paceline::workload
