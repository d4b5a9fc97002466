#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <paceline/log/logged_items.h>
#include <paceline/workload.h>

namespace paceline::run {

/// Turns of sessions that an earlier run has sent, so that a run of the rest has their histories.
/// For the run's thread only.
class EarlierTurns {
 public:
  /// `responses`: in ascending order of items; nullptr: none. `workload` must outlive this object.
  EarlierTurns(std::shared_ptr<const std::vector<log::LoggedResponse>> responses,
               Workload& workload);

  /// Ends the earlier turns of the session before `item`, unless that was done before. Call before
  /// the workload makes the item.
  void end_before(std::uint64_t item);

 private:
  std::shared_ptr<const std::vector<log::LoggedResponse>> responses_;
  Workload& workload_;
  /// By place in `responses_`.
  std::vector<bool> is_ended_;
};

}  // namespace paceline::run
