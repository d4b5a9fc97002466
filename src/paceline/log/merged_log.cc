#include <paceline/log/merged_log.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <utility>

namespace paceline::log {
namespace {

/// The log whose next run started first. Nothing: no log has a next run.
std::optional<std::size_t> earliest(const std::vector<ListedRuns>& of_files,
                                    const std::vector<std::size_t>& next) {
  std::optional<std::size_t> found;
  for (std::size_t file = 0; file < of_files.size(); ++file) {
    if (next[file] == of_files[file].size()) continue;
    if (!found ||
        of_files[file][next[file]].started_utc < of_files[*found][next[*found]].started_utc) {
      found = file;
    }
  }
  return found;
}

/// The runs of all logs, each once, in the order of their starts. The runs of one log keep their
/// order even if the clock was set back between them.
ListedRuns merged(std::vector<ListedRuns> of_files) {
  ListedRuns whole;
  std::map<std::uint64_t, std::size_t> by_identity;
  std::vector<std::size_t> next(of_files.size(), 0);
  while (const auto file = earliest(of_files, next)) {
    ListedRun& run = of_files[*file][next[*file]++];
    run.places.front().file = *file;
    if (const auto identity = run.about.identity) {
      const auto [known, is_new] = by_identity.emplace(*identity, whole.size());
      if (!is_new) {
        whole[known->second].places.push_back(run.places.front());
        continue;
      }
    }
    if (!whole.empty()) run.run = std::max(run.run, whole.back().run + 1);
    whole.push_back(std::move(run));
  }
  return whole;
}

/// Rows of a run in one log.
struct RunSource {
  std::int64_t run = 0;
  RunPlace place;
  ItemCursor items;
};

/// The row that counts for an item.
struct ChosenRow {
  std::uint64_t item = 0;
  RowKind kind = RowKind::failed;
  /// Place among the sources.
  std::size_t source = 0;
};

/// Goes through the items of several sources in ascending order.
class ItemMerge {
 public:
  /// Of two rows of an item of the same kind, the row of the source that was added later counts.
  Result<void> add(RunSource source) {
    sources_.push_back(std::move(source));
    return advance(sources_.size() - 1);
  }

  /// Nothing: there are no more items.
  Result<std::optional<ChosenRow>> next() {
    if (heads_.empty()) return std::nullopt;
    ChosenRow best{heads_.top().first};
    while (!heads_.empty() && heads_.top().first == best.item) {
      const std::size_t source = heads_.top().second;
      heads_.pop();
      const RowKind kind = sources_[source].items.kind();
      if (kind >= best.kind) best = {best.item, kind, source};
      if (auto advanced = advance(source); !advanced) return tl::unexpected(advanced.error());
    }
    return best;
  }

  const RunSource& source(const ChosenRow& row) const { return sources_[row.source]; }

 private:
  /// An item, and its source.
  using Head = std::pair<std::uint64_t, std::size_t>;

  Result<void> advance(std::size_t source) {
    ItemCursor& items = sources_[source].items;
    const auto more = items.next();
    if (!more) return tl::unexpected(more.error());
    if (*more) heads_.emplace(items.item(), source);
    return {};
  }

  std::vector<RunSource> sources_;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
};

Result<void> add_run(ItemMerge& merge, std::vector<LogReader>& files, const ListedRun& run) {
  for (const RunPlace& place : run.places) {
    auto items = files[place.file].items(place.run);
    if (!items) return tl::unexpected(std::move(items.error()));
    if (auto added = merge.add({run.run, place, std::move(*items)}); !added) return added;
  }
  return {};
}

Result<ItemMerge> merge_of(std::vector<LogReader>& files, const ListedRuns& runs,
                           const std::vector<std::int64_t>& chosen) {
  ItemMerge merge;
  for (const ListedRun& run : runs) {
    if (std::find(chosen.begin(), chosen.end(), run.run) == chosen.end()) continue;
    if (auto added = add_run(merge, files, run); !added) return tl::unexpected(added.error());
  }
  return merge;
}

}  // namespace

std::vector<std::int64_t> runs_behind(const ListedRuns& runs, std::int64_t run) {
  const auto last = std::find_if(runs.begin(), runs.end(),
                                 [run](const ListedRun& listed) { return listed.run == run; });
  std::vector<std::int64_t> behind;
  if (last == runs.end()) return behind;
  if (last->about.resumed) {
    for (auto earlier = runs.begin(); earlier != last; ++earlier) {
      if (same_job(earlier->about, last->about)) behind.push_back(earlier->run);
    }
  }
  behind.push_back(run);
  return behind;
}

ListedRuns runs_in(const ListedRuns& runs, std::size_t file) {
  ListedRuns found;
  for (const ListedRun& run : runs) {
    for (const RunPlace& place : run.places) {
      if (place.file != file) continue;
      found.push_back(run);
      found.back().run = place.run;
    }
  }
  return found;
}

std::size_t ranks_in_logs(const ListedRun& run) {
  std::set<std::uint64_t> ranks;
  for (const RunPlace& place : run.places) ranks.insert(place.rank);
  return ranks.size();
}

Result<MergedLog> MergedLog::open(const std::vector<std::string>& paths) {
  std::vector<LogReader> files;
  std::vector<ListedRuns> of_files;
  for (const std::string& path : paths) {
    auto file = LogReader::open(path);
    if (!file) return tl::unexpected(std::move(file.error()));
    auto runs = file->runs();
    if (!runs) return tl::unexpected(std::move(runs.error()));
    files.push_back(std::move(*file));
    of_files.push_back(std::move(*runs));
  }
  MergedLog log(std::move(files));
  log.runs_ = merged(std::move(of_files));
  for (ListedRun& run : log.runs_) {
    if (run.places.size() == 1) continue;
    if (auto counted = log.count_items(run); !counted) return tl::unexpected(counted.error());
  }
  return log;
}

Result<void> MergedLog::count_items(ListedRun& run) {
  ItemMerge merge;
  if (auto added = add_run(merge, files_, run); !added) return added;
  run.logged = 0;
  run.good = 0;
  auto row = merge.next();
  for (; row && *row; row = merge.next()) {
    ++run.logged;
    if ((*row)->kind == RowKind::good) ++run.good;
  }
  if (!row) return tl::unexpected(std::move(row.error()));
  return {};
}

Result<void> MergedLog::for_each_item(
    const std::vector<std::int64_t>& runs,
    const std::function<bool(std::int64_t run, const RequestRecord& record)>& take) {
  auto merge = merge_of(files_, runs_, runs);
  if (!merge) return tl::unexpected(std::move(merge.error()));
  auto row = merge->next();
  for (; row && *row; row = merge->next()) {
    const RunSource& source = merge->source(**row);
    const auto record = files_[source.place.file].request(source.place.run, (*row)->item);
    if (!record) return tl::unexpected(record.error());
    if (!take(source.run, *record)) return {};
  }
  if (!row) return tl::unexpected(std::move(row.error()));
  return {};
}

Result<std::vector<RankTally>> MergedLog::tallies(const ListedRun& run) {
  std::vector<RankTally> tallies;
  for (const RunPlace& place : run.places) {
    auto of_rank = files_[place.file].tallies(place.run);
    if (!of_rank) return tl::unexpected(std::move(of_rank.error()));
    for (ThreadTally& tally : *of_rank) tallies.push_back({place.rank, std::move(tally)});
  }
  return tallies;
}

Result<std::vector<std::uint64_t>> MergedLog::settled_items(const std::vector<std::int64_t>& runs) {
  auto merge = merge_of(files_, runs_, runs);
  if (!merge) return tl::unexpected(std::move(merge.error()));
  std::vector<std::uint64_t> items;
  auto row = merge->next();
  for (; row && *row; row = merge->next()) {
    if ((*row)->kind != RowKind::failed) items.push_back((*row)->item);
  }
  if (!row) return tl::unexpected(std::move(row.error()));
  return items;
}

}  // namespace paceline::log
