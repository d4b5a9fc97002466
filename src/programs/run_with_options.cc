#include <programs/run_with_options.h>

#include <benchmark/benchmark.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/http/target.h>
#include <paceline/text/console.h>
#include <paceline/text/gate.h>
#include <paceline/text/result.h>
#include <programs/arguments.h>
#include <programs/benchmark_run.h>
#include <programs/config_file.h>
#include <programs/given_flags.h>
#include <programs/help.h>
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

/// Prints Google Benchmark's flags between paceline's flags and the footer.
int print_help(CLI::App& app) {
  const std::string footer = app.get_footer();
  app.footer("");
  bool is_written = text::write_text(stdout, app.help() + "\nGoogle Benchmark's own:\n");
  benchmark::PrintDefaultHelp();
  if (!footer.empty()) is_written = text::write_text(stdout, '\n' + footer + '\n') && is_written;
  return is_written ? 0 : 1;
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

/// Runs the suite in an open session.
Result<void> run_in(Session& session, Suite& suite, const Options& options,
                    const BenchmarkCommand& command) {
  gbench::Context& context = session.context();
  if (auto error = suite.register_benchmarks()) return tl::unexpected(std::move(*error));
  if (!suite.has_work()) return {};
  std::string hosts = suite.hosts();
  if (hosts.empty()) hosts = http::host_of(context.settings().api.url);
  gbench::add_custom_context(context.gate().shown(hosts), name_of(options.connection.transport),
                             name_of(options.precision));
  constexpr std::size_t longest = 4'000;
  gbench::add_flags_context(context.gate().shown(command.flags, longest));
  return run_benchmarks(command, suite, context);
}

int run_suite(Suite& suite, const Options& options, const BenchmarkCommand& command,
              const std::shared_ptr<text::Gate>& gate) {
  const auto warn = [&](const Error& error) {
    text::Console(gate).warn(with_remedy(error, options.api_key_env));
  };
  Session session(gate);
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
  text::open_missing_standard_streams();
  // Neither a server that closes a TLS connection nor a reader that closes the output may end the
  // program.
  std::signal(SIGPIPE, SIG_IGN);
  const std::shared_ptr<text::Gate> gate = make_gate({argv, argv + argc});
  const auto refuse = [console = text::Console(gate)](const Error& error) {
    console.warn(error.message);
    return 1;
  };
  BenchmarkCommand command{gate->shown(argv[0]), {}, {}, {}};
  CLI::App app("Rate-limited HTTP and LLM API benchmarks, on Google Benchmark");
  app.name(std::filesystem::path(command.program).filename());
  app.set_help_flag();
  set_help_layout(app);
  app.allow_extras();
  // If a flag is repeated, the last one counts, as for Google Benchmark's own flags.
  app.option_defaults()->take_last();
  suite.add_flags(app);
  add_flags(app, options);
  app.option_defaults()->group(measure_group);
  add_config_flag(app, "--paceline_config", "--paceline_",
                  [&gate](const std::string& text) { add_secrets_of(text, *gate); });
  auto rest = parse(app, argc, argv);
  if (!rest) return refuse(rest.error());
  command.arguments = std::move(*rest);
  if (has_flag(command.arguments, "--help") || has_flag(command.arguments, "-h")) {
    return print_help(app);
  }
  if (has_flag(command.arguments, "--version")) {
    return text::write_text(stdout, version_text(app.get_name())) ? 0 : 1;
  }
  std::vector<std::string> known = names_of_flags(app);
  known.emplace_back("--version");
  if (const auto checked = check_benchmark_flags(command.arguments, known); !checked) {
    return refuse(checked.error());
  }
  command.rows = options.rows;
  command.flags = given_flags(app);
  return run_suite(suite, options, command, gate);
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
