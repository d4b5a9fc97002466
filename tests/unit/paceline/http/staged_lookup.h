#pragma once

#include <paceline/http/resolver.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace paceline::http {

/// Stands in for the system's lookup: answers as it is told, or is silent like a DNS server that is
/// gone.
class StagedLookup {
 public:
  ~StagedLookup() { answer(Addresses{}); }

  Resolver::Lookup function() {
    return [stage = stage_](const std::string&) {
      std::unique_lock lock(stage->mutex);
      ++stage->count;
      stage->changed.wait(lock, [&] { return stage->answer.has_value(); });
      return *stage->answer;
    };
  }

  void answer(Result<Addresses> answer) { set(std::move(answer)); }
  /// Lookups wait from now on.
  void hold() { set(std::nullopt); }
  int count() const {
    const std::lock_guard lock(stage_->mutex);
    return stage_->count;
  }

 private:
  /// Outlives this object in threads that wait.
  struct Stage {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Result<Addresses>> answer;
    int count = 0;
  };

  void set(std::optional<Result<Addresses>> answer) {
    const std::lock_guard lock(stage_->mutex);
    stage_->answer = std::move(answer);
    stage_->changed.notify_all();
  }

  std::shared_ptr<Stage> stage_ = std::make_shared<Stage>();
};

}  // namespace paceline::http
