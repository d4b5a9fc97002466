#include <fmt/format.h>
#include <paceline/gbench/context.h>
#include <paceline/gbench/logged_job.h>

#include <algorithm>
#include <cassert>
#include <random>
#include <utility>

namespace paceline::gbench {

void VerdictLines::add(const std::string& row, Bound bound, const std::string& words) {
  auto place = std::find_if(rows_.begin(), rows_.end(), [&row](const Row& known) {
    return known.name == row && !known.found.empty();
  });
  if (place == rows_.end()) place = rows_.insert(place, {row, {}});
  const auto same = std::find_if(place->found.begin(), place->found.end(),
                                 [bound](const Found& known) { return known.bound == bound; });
  if (same == place->found.end()) {
    place->found.push_back({bound, words, 1});
  } else {
    ++same->times;
  }
}

void VerdictLines::add(const std::string& line) {
  rows_.push_back({line, {}});
}

std::vector<std::string> VerdictLines::lines() const {
  std::vector<std::string> lines;
  for (const Row& row : rows_) {
    const auto is_paced = [](const Found& found) { return found.bound == Bound::paced; };
    const bool is_usual =
        !row.found.empty() && std::all_of(row.found.begin(), row.found.end(), is_paced);
    if (!is_usual) lines.push_back(line_of(row));
  }
  return lines;
}

std::string VerdictLines::line_of(const Row& row) {
  if (row.found.empty()) return row.name;
  int repetitions = 0;
  for (const Found& found : row.found) repetitions += found.times;
  std::vector<Found> sorted = row.found;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Found& one, const Found& other) { return one.times > other.times; });
  std::string line = row.name + ": ";
  for (const Found& found : sorted) {
    if (&found != &sorted.front()) line += "; ";
    line += fmt::format("{}: {}", name_of(found.bound), found.words);
    if (sorted.size() > 1) {
      line += fmt::format(" ({} of {} repetitions)", found.times, repetitions);
    } else if (repetitions > 1) {
      line += fmt::format(" ({} repetitions)", repetitions);
    }
  }
  return line;
}

namespace {

// Read in signal handlers.
std::atomic<Context*> the_context{nullptr};
static_assert(std::atomic<Context*>::is_always_lock_free);

std::uint64_t random_salt() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

}  // namespace

Context::Context(ContextSettings settings)
    : settings_(std::move(settings)),
      console_(settings_.gate, settings_.ranks->index() == 0),
      group_(*settings_.ranks),
      salt_(random_salt()),
      timelines_(settings_.timeline) {
  assert(the_context == nullptr);
  the_context = this;
  ranks().share_stop(&stop_);
}

Context::~Context() {
  ranks().share_stop(nullptr);
  the_context = nullptr;
}

Context* Context::current() {
  return the_context;
}

std::vector<Api> Context::apis() const {
  if (settings_.urls.empty()) return {settings_.api};
  std::vector<Api> apis;
  for (const std::string& url : settings_.urls) {
    apis.push_back(settings_.api);
    apis.back().url = url;
  }
  return apis;
}

run::RunPlan Context::plan(const Description& workload) const {
  run::RunPlan plan(settings_.run);
  plan.resolver = settings_.resolver;
  plan.transports = settings_.transports;
  plan.expected_latency = expected_latency_;
  plan.gate = settings_.gate;
  plan.ranks = ranks().count();
  // mpirun kills the processes a second after Ctrl-C.
  if (plan.ranks > 1) plan.grace = std::chrono::milliseconds(300);
  plan.has_timeline = settings_.timeline != TimelineMode::off;
  plan.groups = make_groups(settings_.by, workload, settings_.embedded_url, gate());
  return plan;
}

log::LoggedRun Context::logged_job(const Workload& workload) const {
  log::LoggedRun job =
      paceline::gbench::logged_job(workload.describe(), settings_.api.url, settings_.embedded_url);
  for (std::string* text : {&job.name, &job.workload, &job.model, &job.host, &job.url}) {
    *text = gate().without_secrets(*text);
  }
  for (log::LoggedPart& part : job.parts) {
    part = {gate().without_secrets(part.model), gate().without_secrets(part.url)};
  }
  return job;
}

Result<run::RunLog> Context::begin_log(log::LoggedRun run) {
  if (!settings_.log) return run::RunLog{};
  // All runs of a program have the same context in the log, without the facts that runs add.
  if (context_in_log_.empty()) context_in_log_ = facts_.json();
  run.context = context_in_log_;
  const auto number = settings_.log->begin_run(run);
  if (!number) return tl::unexpected(number.error());
  return run::RunLog{settings_.log.get(), *number, settings_.log_responses, !run.parts.empty()};
}

std::string Context::sentence(const Error& error) const {
  return settings_.sentence ? settings_.sentence(error) : error.message;
}

void Context::warn(const Error& error) const {
  console_.warn(sentence(error));
}

void Context::fail(const Error& error) {
  warn(error);
  if (!first_error_) first_error_ = error;
}

}  // namespace paceline::gbench
