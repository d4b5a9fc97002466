#include <mpi/make_ranks.h>
#include <mpi/mpi_ranks.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <paceline/stats/byte_form.h>
#include <paceline/stats/tally_bytes.h>

template <>
struct paceline::stats::Members<paceline::mpi::Machine> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& machine) {
    auto& [host, clock, loopback] = machine;
    form(host, clock, loopback);
  }
};

namespace paceline::mpi {
namespace {

// Times after a stop. Open MPI 4 kills the ranks a second after Ctrl-C.
constexpr std::chrono::milliseconds patience_in_tree{450};
constexpr std::chrono::milliseconds patience{600};

}  // namespace

std::shared_ptr<run::Ranks> make_ranks(std::function<std::string(const Error&)> sentence) {
  return std::make_shared<MpiRanks>(std::move(sentence));
}

MpiRanks::MpiRanks(std::function<std::string(const Error&)> sentence)
    : messenger_(std::move(sentence)) {
  const Machine own = this_machine();
  const auto texts = exchange("machines", stats::to_bytes(own));
  // Without the others' machines, their ranks have no host's name.
  for (std::uint64_t rank = 0; texts && rank < texts->size(); ++rank) {
    machines_.push_back(stats::of_bytes<Machine>((*texts)[rank]).value_or(Machine{}));
  }
  const auto first =
      std::find_if(machines_.begin(), machines_.end(),
                   [&own](const Machine& machine) { return machine.loopback == own.loopback; });
  first_on_host_ = static_cast<std::uint64_t>(first - machines_.begin());
  messenger_.set_machines(machines_);
}

MpiRanks::~MpiRanks() {
  static_cast<void>(exchange("end", {}));
}

std::string MpiRanks::text() const {
  std::set<std::string> hosts;
  for (const Machine& machine : machines_) hosts.insert(machine.host);
  return fmt::format("{} rank{} on {} machine{}", count(), count() == 1 ? "" : "s", hosts.size(),
                     hosts.size() == 1 ? "" : "s");
}

Call MpiRanks::next_call(const std::string& what, std::string text) {
  return {++calls_, what, std::move(text)};
}

void MpiRanks::answer(const Call& own, std::uint64_t rank, std::string text) {
  messenger_.post(rank, Kind::call, stats::to_bytes(Call{own.number, own.what, std::move(text)}));
}

Result<std::string> MpiRanks::share(const std::string& what, const std::string& text) {
  const Call own = next_call(what, {});
  if (index() > 0) return messenger_.ask(own);
  if (const auto broken = messenger_.broken()) return tl::unexpected(*broken);
  for (std::uint64_t rank = 1; rank < count(); ++rank) answer(own, rank, text);
  return text;
}

Result<std::string> MpiRanks::combine(const std::string& what, const std::string& text,
                                      const Combine& combine) {
  const Call own = next_call(what, text);
  if (index() > 0) return messenger_.ask(own);
  auto texts = messenger_.collect(own);
  if (!texts) return tl::unexpected(texts.error());
  texts->front() = text;
  const std::string combined = combine(*texts);
  for (std::uint64_t rank = 1; rank < count(); ++rank) answer(own, rank, combined);
  return combined;
}

run::RunStart MpiRanks::start(const run::SharedRun& run) {
  ++runs_;
  const auto start = agree_on_start();
  // The loss of a rank has set the program's stop.
  if (!start) return {Clock::now(), nullptr};
  return messenger_.begin_run(run, *start);
}

Result<StartTime> MpiRanks::agree_on_start() {
  const Call own = next_call("start", {});
  if (index() > 0) {
    const auto bytes = messenger_.ask(own);
    if (!bytes) return tl::unexpected(bytes.error());
    return stats::of_bytes<StartTime>(*bytes).value_or(StartTime{});
  }
  if (const auto ready = messenger_.collect(own); !ready) return tl::unexpected(ready.error());
  const std::vector<StartTime> starts = messenger_.choose_start(runs_, clock_);
  for (std::uint64_t rank = 1; rank < count(); ++rank) {
    answer(own, rank, stats::to_bytes(starts[rank]));
  }
  return starts.front();
}

std::optional<stats::RunTally> MpiRanks::gather(stats::RunTally tally) {
  tally.be_of_rank(index(), name_of(index()));
  // Rank 0 passes on signals and corrections until all ranks have left the run.
  tally.ranks.front().clock_error =
      index() > 0 ? messenger_.end_run() : std::chrono::nanoseconds(0);
  const Call own = next_call("tally", {});
  stats::RunTally whole = tally;
  if (index() > 0) messenger_.keep_tally(stats::bytes_of(tally));
  const bool is_complete = gather_in_tree(own, whole);
  if (index() > 0) return std::nullopt;
  if (!is_complete) {
    whole = std::move(tally);
    gather_directly(whole);
  }
  messenger_.end_run();
  return whole;
}

bool MpiRanks::gather_in_tree(const Call& own, stats::RunTally& tally) {
  // A binomial tree: rank r has the ranks r + 1, r + 2, r + 4, … up to its lowest bit below it.
  for (std::uint64_t bit = 1; bit < count(); bit *= 2) {
    if ((index() & bit) != 0) {
      const Call sum{own.number, own.what, stats::bytes_of(tally)};
      messenger_.post(index() - bit, Kind::call, stats::to_bytes(sum));
      return true;
    }
    if (index() + bit >= count()) continue;
    const auto bytes = messenger_.wait_in_tree(index() + bit, own, patience_in_tree);
    const auto below = bytes ? stats::tally_of(*bytes) : std::nullopt;
    if (!below || !below->has_groups_of(tally)) return false;
    tally.merge(*below);
  }
  return true;
}

void MpiRanks::gather_directly(stats::RunTally& tally) {
  const auto others = messenger_.collect_tallies(patience);
  for (std::uint64_t rank = 1; rank < others.size(); ++rank) {
    const auto other = others[rank] ? stats::tally_of(*others[rank]) : std::nullopt;
    if (other && other->has_groups_of(tally)) {
      tally.merge(*other);
    } else {
      tally.add_lost_rank(rank, name_of(rank));
    }
  }
}

}  // namespace paceline::mpi
