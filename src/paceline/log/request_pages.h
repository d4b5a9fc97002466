#pragma once

#include <paceline/log/request_record.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// A request, and the run that it is of.
struct LoggedRequest {
  std::int64_t run;
  RequestRecord record;
};

/// Up to some hundred requests with their texts, in memory that is used again after clear().
class RequestPage {
 public:
  RequestPage();
  /// Copies the record's texts.
  void add(std::int64_t run, const RequestRecord& record);
  bool full() const;
  void clear();

  /// Their texts live until the next add() or clear().
  std::span<const LoggedRequest> requests();

 private:
  std::vector<LoggedRequest> requests_;
  std::string texts_;
};

/// Requests in order, in pages, so that adding one never moves those before it. Pages that were
/// given back are used again.
class RequestPages {
 public:
  using Pages = std::vector<std::unique_ptr<RequestPage>>;

  void add(std::int64_t run, const RequestRecord& record);
  /// All that were added since the last time.
  Pages take();
  void give_back(Pages pages);

 private:
  Pages filled_;
  Pages empty_;
};

/// What a record takes of a log's memory.
std::size_t bytes_of(const RequestRecord& record);

}  // namespace paceline
