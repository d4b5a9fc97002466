#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <mpi/machine.h>
#include <mpi/messenger.h>
#include <paceline/run/ranks.h>

namespace paceline::mpi {

/// The processes that mpirun, srun or another launcher of MPI programs has started.
class MpiRanks : public run::Ranks {
 public:
  /// Initializes MPI, and learns on which machines the ranks run. `sentence`: as for make_ranks().
  explicit MpiRanks(std::function<std::string(const Error&)> sentence);
  /// Ends MPI. If a rank was lost, ends all other processes and this one with exit code 1.
  ~MpiRanks() override;

  std::uint64_t index() const override { return messenger_.rank(); }
  std::uint64_t count() const override { return messenger_.size(); }
  std::string text() const override;
  std::string name_of(std::uint64_t rank) const override { return messenger_.name_of(rank); }
  std::uint64_t first_on_host() const override { return first_on_host_; }

  Result<std::string> share(const std::string& what, const std::string& text) override;
  Result<std::string> combine(const std::string& what, const std::string& text,
                              const Combine& combine) override;
  void share_stop(std::atomic<bool>* stop) override { messenger_.share_stop(stop); }
  bool shares_clock() const override { return true; }
  void set_clock(run::SharedClock clock) override { clock_ = clock; }
  run::RunStart start(const run::SharedRun& run) override;
  void publish(const run::Progress& progress) override { messenger_.publish(progress); }
  std::optional<stats::RunTally> gather(stats::RunTally tally) override;

 private:
  Call next_call(const std::string& what, std::string text);
  void answer(const Call& own, std::uint64_t rank, std::string text);
  Result<StartTime> agree_on_start();
  /// Gathers the tallies in a tree of ranks. Adds those of this rank's subtree to `tally`, and
  /// sends the sum to the rank above. Returns whether the subtree is complete.
  bool gather_in_tree(const Call& own, stats::RunTally& tally);
  /// Gathers the tally of each rank at rank 0, without those of ranks that are lost.
  void gather_directly(stats::RunTally& tally);

  Messenger messenger_;
  std::vector<Machine> machines_;
  std::uint64_t first_on_host_ = 0;
  run::SharedClock clock_ = run::SharedClock::measured;
  std::uint64_t calls_ = 0;
  std::uint64_t runs_ = 0;
};

}  // namespace paceline::mpi
