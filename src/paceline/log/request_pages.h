#pragma once

#include <paceline/log/request_record.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paceline::log {

/// A request and the run it belongs to.
struct LoggedRequest {
  std::int64_t run;
  RequestRecord record;
};

/// A few hundred requests with their texts. clear() keeps the memory for reuse.
class RequestPage {
 public:
  RequestPage();
  /// Copies the record's texts.
  void add(std::int64_t run, const RequestRecord& record);
  bool full() const;
  void clear();

  /// The texts are valid until the next add() or clear().
  std::span<const LoggedRequest> requests();

 private:
  std::vector<LoggedRequest> requests_;
  std::string texts_;
};

/// A queue of requests, stored in pages, so that adding one never moves earlier ones. Returned
/// pages are reused. Not thread-safe.
class RequestPages {
 public:
  using Pages = std::vector<std::unique_ptr<RequestPage>>;

  void add(std::int64_t run, const RequestRecord& record);
  /// Removes and returns all requests.
  Pages take();
  /// Returns cleared pages for reuse.
  void give_back(Pages pages);

 private:
  Pages filled_;
  Pages empty_;
};

/// Memory that a record takes in the queue.
std::size_t bytes_of(const RequestRecord& record);

}  // namespace paceline::log
