#include <paceline/gbench/context.h>

#include <cassert>
#include <random>
#include <utility>

#include <paceline/gbench/custom_context.h>
#include <paceline/gbench/logged_job.h>

namespace paceline::gbench {
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
    : settings_(std::move(settings)), console_(settings_.gate), salt_(random_salt()) {
  assert(the_context == nullptr);
  the_context = this;
}

Context::~Context() {
  the_context = nullptr;
}

Context* Context::current() {
  return the_context;
}

run::RunPlan Context::plan() const {
  run::RunPlan plan(settings_.run);
  plan.resolver = settings_.resolver;
  plan.gate = settings_.gate;
  return plan;
}

log::LoggedRun Context::logged_job(const Workload& workload) const {
  log::LoggedRun job =
      paceline::gbench::logged_job(workload.describe(), settings_.api.url, settings_.embedded_url);
  for (std::string* text : {&job.name, &job.workload, &job.model, &job.host, &job.url}) {
    *text = gate().without_secrets(*text);
  }
  return job;
}

Result<run::RunLog> Context::begin_log(const log::LoggedRun& run) {
  if (!settings_.log) return run::RunLog{};
  const auto number = settings_.log->begin_run(run);
  if (!number) return tl::unexpected(number.error());
  return run::RunLog{settings_.log.get(), *number, settings_.log_responses};
}

void Context::note_protocol(const std::string& url, const std::string& http_version) {
  if (std::exchange(is_protocol_noted_, true)) return;
  add_protocol_context(url, http_version);
}

std::string Context::sentence(const Error& error) const {
  return settings_.sentence ? settings_.sentence(error) : error.message;
}

void Context::warn(const Error& error) const {
  console_.warn(sentence(error));
}

void Context::fail(const Error& error) {
  warn(error);
  failed_ = true;
}

}  // namespace paceline::gbench
