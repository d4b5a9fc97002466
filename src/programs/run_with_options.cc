#include <programs/run_with_options.h>

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/logged_job.h>
#include <paceline/run/ranks.h>
#include <paceline/text/console.h>
#include <paceline/text/gate.h>
#include <paceline/text/result.h>
#include <programs/agreement.h>
#include <programs/arguments.h>
#include <programs/benchmark_flags.h>
#include <programs/benchmark_run.h>
#include <programs/completion.h>
#include <programs/config_file.h>
#include <programs/given_flags.h>
#include <programs/help.h>
#include <programs/help_topics.h>
#include <programs/progress/live_terminal.h>
#include <programs/remedy.h>
#include <programs/session.h>

namespace paceline::programs {
namespace {

/// The signal that asked the program to end; 0: none did.
volatile std::sig_atomic_t ended_by = 0;

void end_at_once(int signal) {
  progress::restore_terminal();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// The first signal stops sending; a second one ends the program at once.
void on_end(int signal) {
  ended_by = signal;
  if (gbench::Context* context = gbench::Context::current()) context->stop();
  std::signal(signal, end_at_once);
}

void set_end_handlers(void (*handler)(int)) {
  std::signal(SIGINT, handler);
  std::signal(SIGTERM, handler);
  // nohup ignores SIGHUP, so that the run continues.
  if (std::signal(SIGHUP, handler) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

/// Parses paceline's flags, and returns all other arguments.
Result<std::vector<std::string>> parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(reversed_arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    return fail(ErrorCode::invalid_value, sentence_of(app, error));
  }
  return app.remaining();
}

/// Writes to standard output. A reader that has closed the pipe has what it wanted.
Result<void> print(std::string_view text) {
  if (text::write_text(stdout, text) || errno == EPIPE) return {};
  return fail(ErrorCode::file_unwritable,
              fmt::format("cannot write to the standard output: {}", std::strerror(errno)));
}

/// The text that --help, --version or --completion asks for; nothing without such a flag.
std::optional<Result<std::string>> asked_text(CLI::App& app,
                                              const std::vector<std::string>& arguments) {
  if (const auto topic = help_topic(arguments)) return help_text(app, *topic);
  if (has_flag(arguments, "--version")) return version_text(app.get_name());
  if (const auto shell = completion_shell(arguments)) {
    const std::string choices = choices_of_help(app);
    std::vector<OtherFlag> others = printing_flags(choices);
    const auto of_benchmark = flags_of_benchmark();
    others.insert(others.end(), of_benchmark.begin(), of_benchmark.end());
    return completion_script(app, others, *shell);
  }
  return std::nullopt;
}

void add_secrets_of(const std::string& argument, text::Gate& gate) {
  if (argument.find("://") != std::string::npos) gate.add_userinfo_of(argument);
}

/// The gate that knows the secrets in arguments and proxy variables.
std::shared_ptr<text::Gate> make_gate(const std::vector<std::string>& arguments) {
  auto gate = std::make_shared<text::Gate>();
  gate->add_proxies_of_environment();
  for (const std::string& argument : arguments) add_secrets_of(argument, *gate);
  return gate;
}

/// Whether Google Benchmark is to run the benchmarks in an order that each process chooses.
bool is_order_random(const std::vector<std::string>& arguments) {
  constexpr std::array<std::string_view, 6> no{"false", "0", "f", "n", "no", "off"};
  const std::string asked = has_flag(arguments, "--benchmark_enable_random_interleaving")
                                ? "true"
                                : flag_value(arguments, "--benchmark_enable_random_interleaving=",
                                             "BENCHMARK_ENABLE_RANDOM_INTERLEAVING", "false");
  return std::find(no.begin(), no.end(), asked) == no.end();
}

/// Checks whether all processes are to do the same.
Result<void> check_ranks(run::Ranks& ranks, const BenchmarkCommand& command,
                         const text::Gate& gate) {
  if (ranks.count() > 1 && is_order_random(command.arguments)) {
    return fail(ErrorCode::invalid_value,
                "with --benchmark_enable_random_interleaving each rank would run the benchmarks in "
                "another order; leave the flag out, or start one rank");
  }
  const std::string flags = command.flags + " " + given_benchmark_flags(command.arguments);
  return check_same(ranks, "flags", gate.shown(flags, flags.size()));
}

/// Runs the suite in an open session.
Result<void> run_in(Session& session, Suite& suite, const Options& options,
                    const BenchmarkCommand& command) {
  gbench::Context& context = session.context();
  if (auto done = agree(context.ranks(), suite.register_benchmarks()); !done) return done;
  if (!suite.has_work()) return {};
  std::string hosts = suite.hosts();
  if (hosts.empty()) {
    hosts = gbench::shown_host(context.settings().api.url, context.settings().embedded_url);
  }
  gbench::Facts& facts = context.facts();
  facts.add_program(context.gate().shown(hosts), name_of(options.connection.transport),
                    name_of(options.precision));
  if (context.ranks().count() > 1) {
    facts.add("ranks", context.gate().shown(context.ranks().text()));
  }
  constexpr std::size_t longest = 4'000;
  facts.add_flags(context.gate().shown(command.flags, longest),
                  context.gate().shown(given_benchmark_flags(command.arguments), longest));
  return run_benchmarks(command, suite, context);
}

int run_suite(Suite& suite, const Options& options, const BenchmarkCommand& command,
              const std::shared_ptr<text::Gate>& gate, const std::shared_ptr<run::Ranks>& ranks) {
  const auto warn = [&](const Error& error) {
    text::Console(gate, ranks->index() == 0).warn(with_remedy(error, options.api_key_env));
  };
  Session session(gate, ranks);
  if (const auto opened = session.open(options, suite.needs_api()); !opened) {
    warn(opened.error());
    return 1;
  }
  // Signals also end the first request, which may wait for a server that is starting.
  set_end_handlers(on_end);
  const Result<void> done = run_in(session, suite, options, command);
  set_end_handlers(SIG_DFL);
  const bool is_said = session.context().failed();
  const bool succeeded = session.close();
  benchmark::Shutdown();
  if (ended_by != 0 && !is_said) return 128 + ended_by;
  if (!done && !is_said) warn(done.error());
  return done && succeeded ? 0 : 1;
}

}  // namespace

int run_with_options(int argc, char** argv, Suite& suite, Options& options) {
  return run_with_options(argc, argv, suite, options, std::make_shared<run::OneRank>());
}

int run_with_options(int argc, char** argv, Suite& suite, Options& options,
                     const std::shared_ptr<run::Ranks>& ranks) {
  text::open_missing_standard_streams();
  // Neither a server that closes a TLS connection nor a reader that closes the output may end the
  // program.
  std::signal(SIGPIPE, SIG_IGN);
  const std::shared_ptr<text::Gate> gate = make_gate({argv, argv + argc});
  const bool leads = ranks->index() == 0;
  const auto refuse = [console = text::Console(gate, leads)](const Error& error) {
    console.warn(error.message);
    return 1;
  };
  BenchmarkCommand command;
  command.program = gate->shown(argv[0]);
  CLI::App app("Rate-limited HTTP and LLM API benchmarks, on Google Benchmark");
  app.name(std::filesystem::path(command.program).filename());
  app.set_help_flag();
  set_help_layout(app);
  app.allow_extras();
  // If a flag is repeated, the last one counts, as for Google Benchmark's own flags.
  app.option_defaults()->take_last();
  suite.add_flags(app);
  add_flags(app, options);
  if (ranks->shares_clock()) add_clock_flag(app, options.clock);
  app.option_defaults()->group(measure_group);
  add_config_flag(app, "--paceline_config", "--paceline_",
                  [&gate](const std::string& text) { add_secrets_of(text, *gate); });
  const auto rest = agree(*ranks, parse(app, argc, argv));
  if (!rest) return refuse(rest.error());
  command.arguments = with_joined_values(*rest);
  if (const auto text = asked_text(app, command.arguments)) {
    if (!*text) return refuse(text->error());
    const Result<void> printed = leads ? print(**text) : Result<void>();
    return printed ? 0 : refuse(printed.error());
  }
  std::vector<std::string> known = names_of_flags(app);
  known.insert(known.end(), {"--help", "--version", "--completion"});
  if (const auto checked = check_benchmark_flags(command.arguments, known); !checked) {
    return refuse(checked.error());
  }
  command.console = options.console;
  command.rows = options.rows;
  command.flags = given_flags(app);
  if (const auto checked = check_ranks(*ranks, command, *gate); !checked) {
    return refuse(checked.error());
  }
  ranks->set_clock(options.clock);
  return run_suite(suite, options, command, gate, ranks);
}

}  // namespace paceline::programs
namespace paceline {

int run_program(int argc, char** argv, Suite& suite) {
  programs::Options options;
  return programs::run_with_options(argc, argv, suite, options);
}

int run_program(int argc, char** argv) {
  Suite registered_before_main;
  return run_program(argc, argv, registered_before_main);
}

}  // namespace paceline
