#include <programs/paceline_suite.h>

#include <fmt/format.h>
#include <paceline/gbench/find_max.h>
#include <paceline/gbench/logged_job.h>
#include <paceline/gbench/objective.h>
#include <paceline/http/target.h>
#include <programs/agreement.h>
#include <programs/flags.h>
#include <programs/grid.h>
#include <programs/help.h>
#include <programs/options.h>
#include <programs/registration.h>
#include <programs/resumption.h>
#include <programs/session_flags.h>
#include <programs/thread_choice.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace paceline::programs {
namespace {

/// Exists whenever the suite's functions are called.
gbench::Context& context() {
  return *gbench::Context::current();
}

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::invalid_value, std::move(message));
}

}  // namespace

void PacelineSuite::add_flags(CLI::App& app) {
  app.description(help_.description);
  app.footer(help_.footer);
  programs::add_flags(app, asked_);
  programs::add_flags(app, trace_);
  programs::add_flags(app, flags_.sessions, asked_);
  app.option_defaults()->group(results_group);
  app.add_option_function<std::string>(
         "--paceline_resume",
         [this](const std::string& files) {
           is_resumed_ = true;
           options_.log_file = split_list(files).front();
           // Later, this rank's own log exists and has no run.
           resumed_logs_ = ranks_ == 1 ? split_list(files) : logs_of_ranks(split_list(files));
         },
         "Sends only the requests without a good response in this log, and adds them to the log. "
         "Cancelled requests (--paceline_cancel) are not sent again. "
         "Several logs of the same job, separated by commas, are read as one; the first takes the "
         "new rows. Give the flags of the logged run, with this flag in place of --paceline_log, "
         "such as run.sqlite or run.0.sqlite,run.1.sqlite [none]")
      ->check([this](const std::string& files) {
        // The files of other ranks may be on other machines.
        return ranks_ == 1 || files.empty() ? missing_file(files) : std::string();
      })
      ->type_name("FILE.sqlite,…");
  app.option_defaults()->group(load_group);
  app.add_option_function<std::string>(
         "--paceline_find_max",
         [this](const std::string& text) {
           auto parsed = gbench::parse_run_objective(text);
           if (!parsed) throw CLI::ValidationError("--paceline_find_max", parsed.error().message);
           search_.emplace().objective = std::move(*parsed);
         },
         "Finds the highest rpm, within 2%, at which a run meets these conditions: time counters, "
         "errors and misses of --paceline_objective below limits, such as p99<2s,errors<0.1%. The "
         "search starts at --paceline_rpm [60] and ends at its second value, if given. "
         "--paceline_parallel takes one value [500]. --paceline_requests is the number per probe "
         "[10 s of requests, or 5 times the longest limit; at least 100]")
      ->type_name("LIST");
  app.parse_complete_callback([this, &app] {
    if (is_resumed_ && app.count("--paceline_log") > 0) {
      throw CLI::ExcludesError("--paceline_resume", "--paceline_log");
    }
    if (is_resumed_ && search_) {
      throw CLI::ExcludesError("--paceline_resume", "--paceline_find_max");
    }
  });
  programs::add_flags(app, flags_);
}

Grid PacelineSuite::grid_of(const SelectedWorkload& selected) const {
  Grid usual = usual_grid(!options_.urls.empty() || !flags_.http_url.empty());
  if (selected.size > 0) usual.requests = static_cast<std::int64_t>(selected.size);
  Grid grid = make_grid(asked_, usual);
  if (selected.items.empty()) return grid;
  grid.requests = static_cast<std::int64_t>(selected.items.size());
  grid.duration = {};
  return grid;
}

Result<std::vector<GridRow>> PacelineSuite::rows_of(SelectedWorkload& selected) {
  const Grid grid = search_ ? search_grid(asked_) : grid_of(selected);
  if (!grid.threads.empty()) {
    // A resumed run may have fewer requests left than threads.
    if (auto checked = programs::check(grid); !checked && !is_resumed_) {
      return tl::unexpected(std::move(checked.error()));
    }
    return grid.rows({});
  }
  if (has_rate(grid)) {
    if (auto tried = try_api(selected); !tried) return tl::unexpected(std::move(tried.error()));
  }
  const auto choice = choose_threads(selected, grid, context());
  if (!choice) return tl::unexpected(choice.error());
  const auto ranks = static_cast<std::int64_t>(context().ranks().count());
  auto rows = grid.rows([&choice, ranks](std::int64_t rpm, std::int64_t parallel) {
    return choice->threads(rpm, parallel, ranks);
  });
  chosen_threads_.push_back(
      fmt::format("{}: {}", selected.workload->describe().name, choice->text(rows)));
  context().console().say("--paceline_threads=auto, " + chosen_threads_.back());
  return rows;
}

Result<void> PacelineSuite::register_workload(SelectedWorkload& selected) {
  const auto rows = rows_of(selected);
  if (!rows) return tl::unexpected(rows.error());
  for (const GridRow& row : *rows) selected.threads = std::max(selected.threads, row.threads);
  if (search_) {
    register_search(selected, *search_, rows->front());
    return {};
  }
  planned_time_ += grid_of(selected).time();
  // A repetition would send requests again that have just got their responses.
  register_runs(selected, *rows, !is_resumed_);
  return {};
}

Result<void> PacelineSuite::prepare_search() {
  if (auto checked = check_search(asked_); !checked) return checked;
  if (std::any_of(workloads_.begin(), workloads_.end(),
                  [](const auto& one) { return one.workload->sessions() != nullptr; })) {
    return refuse(
        "--paceline_find_max searches for the rate of requests that do not follow one another; "
        "leave out the sessions");
  }
  if (search_->objective.misses && !options_.objective) {
    return refuse(
        "misses need --paceline_objective; give it too, such as "
        "--paceline_objective='latency<2s'");
  }
  const std::vector<std::int64_t>& rpm = asked_.rpm;
  if (!rpm.empty()) search_->start_rpm = static_cast<std::uint64_t>(rpm.front());
  if (rpm.size() == 2) search_->highest_rpm = static_cast<std::uint64_t>(rpm.back());
  search_->requests = static_cast<std::uint64_t>(asked_.requests);
  return {};
}

Result<void> PacelineSuite::check_objectives() const {
  for (const SelectedWorkload& selected : workloads_) {
    const Description asked = selected.workload->describe();
    if (options_.objective) {
      auto checked = gbench::check_measured(*options_.objective, asked);
      if (!checked) return checked;
    }
    if (search_) {
      auto checked = gbench::check_measured(search_->objective, asked, options_.retries);
      if (!checked) return checked;
    }
  }
  return {};
}

/// Limits the workload to its items that no logged run has settled.
Result<void> PacelineSuite::resume(SelectedWorkload& selected) {
  if (!asked_.stages.empty()) {
    return refuse(
        "--paceline_resume sends the rest of a run at one rate; give --paceline_rpm in place of "
        "--paceline_stages");
  }
  const Grid grid = grid_of(selected);
  if (grid.rpm.size() != 1 || grid.parallel.size() != 1) {
    return refuse(
        "--paceline_resume continues one run; give one --paceline_rpm and one "
        "--paceline_parallel");
  }
  const std::int64_t requests = grid.requests_at(grid.rpm.front());
  const log::LoggedRun asked = context().logged_job(*selected.workload);
  auto missing =
      missing_items(context().ranks(), resumed_logs_, asked, static_cast<std::uint64_t>(requests));
  if (!missing) return tl::unexpected(missing.error());
  if (Sessions* sessions = selected.workload->sessions()) {
    auto turns = earlier_turns(context().ranks(), resumed_logs_, asked, *missing, *sessions);
    if (!turns) return tl::unexpected(std::move(turns.error()));
    selected.earlier_turns =
        std::make_shared<const std::vector<log::LoggedResponse>>(std::move(*turns));
  }
  selected.items = std::move(*missing);
  context().console().say(fmt::format("{}: {} of {} requests are left to send", asked.name,
                                      selected.items.size(), requests));
  return {};
}

Result<void> PacelineSuite::prepare_replay() {
  if (auto checked = programs::check(trace_, asked_, options_); !checked) return checked;
  auto trace = open_trace(context().ranks(), trace_, asked_.requests);
  if (!trace) return tl::unexpected(std::move(trace.error()));
  asked_.trace = flags_.trace = *trace;
  return *trace ? programs::check(**trace, flags_.generation) : Result<void>();
}

Result<void> PacelineSuite::prepare() {
  if (auto checked = programs::check(asked_); !checked) return checked;
  if (auto prepared = prepare_replay(); !prepared) return prepared;
  if (auto opened = open_conversations(context().ranks(), flags_); !opened) return opened;
  if (auto checked = programs::check(flags_, asked_); !checked) return checked;
  auto selected = agree(context().ranks(), select_workloads(flags_, options_, context().apis()));
  if (!selected) return tl::unexpected(std::move(selected.error()));
  workloads_ = std::move(*selected);
  if (auto checked = check_objectives(); !checked) return checked;
  if (asked_.asks_for_limit) {
    if (auto paced = pace_at_limit(); !paced) return paced;
  }
  if (is_resumed_) {
    for (SelectedWorkload& workload : workloads_) {
      if (auto resumed = resume(workload); !resumed) return resumed;
    }
    std::erase_if(workloads_, [](const auto& workload) { return workload.items.empty(); });
  }
  return search_ ? prepare_search() : Result<void>();
}

std::optional<Error> PacelineSuite::register_benchmarks() {
  if (auto prepared = prepare(); !prepared) return std::move(prepared.error());
  std::set<std::string> models;
  for (SelectedWorkload& selected : workloads_) {
    if (auto done = register_workload(selected); !done) return std::move(done.error());
    models.insert(selected.workload->describe().model);
  }
  models.erase("");
  const auto add = [](const std::string& name, const std::string& value) {
    if (!value.empty()) context().facts().add(name, context().gate().shown(value));
  };
  add("model", fmt::format("{}", fmt::join(models, ", ")));
  add("threads", fmt::format("{}", fmt::join(chosen_threads_, "; ")));
  return std::nullopt;
}

std::string PacelineSuite::hosts() const {
  std::set<std::string> hosts;
  for (const SelectedWorkload& selected : workloads_) {
    for (std::string& host :
         gbench::hosts_of(*selected.workload, context().settings().embedded_url)) {
      hosts.insert(std::move(host));
    }
  }
  return fmt::format("{}", fmt::join(hosts, ", "));
}

/// Sends the workload's first requests, once.
Result<void> PacelineSuite::try_api(SelectedWorkload& selected) {
  if (selected.checked) return {};
  auto checked = gbench::check_api(context(), *selected.workload);
  if (!checked) return tl::unexpected(std::move(checked.error()));
  selected.checked = std::move(*checked);
  return {};
}

/// Takes the account's rate limit from the server.
Result<void> PacelineSuite::pace_at_limit() {
  SelectedWorkload& first = workloads_.front();
  if (auto tried = try_api(first); !tried) return tried;
  const http::RateLimit& limit = first.checked->limits.requests;
  const auto rate = rate_of_account(limit);
  if (!rate) return refuse("--paceline_rpm=auto: " + rate.error().message);
  asked_.rpm = {*rate};
  context().console().say(
      fmt::format("{}; --paceline_rpm=auto takes {}", limit_text("requests", limit), *rate));
  return {};
}

std::optional<Error> PacelineSuite::check() {
  const Servers servers{context().apis(), flags_.http_url};
  for (SelectedWorkload& selected : workloads_) {
    if (auto tried = try_api(selected); !tried) return std::move(tried.error());
    for (const std::string& line : account_lines(selected.checked->limits)) {
      context().console().say(line);
    }
  }
  for (SelectedWorkload& selected : workloads_) {
    if (auto shared = selected.share(servers); !shared) return std::move(shared.error());
  }
  return std::nullopt;
}

}  // namespace paceline::programs
