#include <paceline/http/direct/opener.h>
#include <paceline/loop/timers.h>

#include <pthread.h>
#include <csignal>
#include <ctime>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace paceline::http::direct {
namespace {

/// Keeps signals from interrupting the thread.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

/// A thread with a loop of its own, and what it exchanges with the transport's thread.
class OpenerThread {
 public:
  OpenerThread(loop::Loop& loop, std::unique_ptr<loop::Loop> its_loop, const OpenSettings& settings,
               const Openings::OnEnd& on_end)
      : on_end_(on_end),
        told_(loop, [this] { tell_results(); }),
        loop_(std::move(its_loop)),
        openings_(*loop_, settings,
                  [this](std::uint64_t number, OpenResult result) {
                    take_result(number, std::move(result));
                  }),
        asked_(*loop_, [this] { serve(); }),
        thread_([this] {
          block_signals();
          loop_->run();
        }) {}
  ~OpenerThread() {
    ask([this] { is_over_ = true; });
    thread_.join();
  }
  OpenerThread(const OpenerThread&) = delete;
  OpenerThread& operator=(const OpenerThread&) = delete;

  void begin(std::uint64_t number, Destination destination) {
    ask([&] {
      pending_.insert(number);
      to_begin_.emplace(number, std::move(destination));
    });
  }

  void cancel(std::uint64_t number) {
    ask([&] {
      if (pending_.erase(number) == 1 && to_begin_.erase(number) == 0) to_cancel_.push_back(number);
    });
  }

  std::chrono::nanoseconds cpu_time() {
    clockid_t clock{};
    pthread_getcpuclockid(thread_.native_handle(), &clock);
    return loop::time_on(clock);
  }

 private:
  template <typename Change>
  void ask(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    asked_.send();
  }

  // On the thread.
  void serve() {
    std::map<std::uint64_t, Destination> to_begin;
    std::vector<std::uint64_t> to_cancel;
    {
      const std::lock_guard lock(mutex_);
      to_begin = std::exchange(to_begin_, {});
      to_cancel = std::exchange(to_cancel_, {});
      if (is_over_) loop_->stop();
    }
    for (const std::uint64_t number : to_cancel) openings_.cancel(number);
    for (auto& [number, destination] : to_begin) openings_.begin(number, std::move(destination));
  }

  void take_result(std::uint64_t number, OpenResult result) {
    {
      const std::lock_guard lock(mutex_);
      results_.emplace_back(number, std::move(result));
    }
    told_.send();
  }

  // On the transport's thread.
  void tell_results() {
    std::vector<std::pair<std::uint64_t, OpenResult>> results;
    {
      const std::lock_guard lock(mutex_);
      results = std::exchange(results_, {});
    }
    for (auto& [number, result] : results) {
      // An earlier result may have led to the cancellation of this one.
      if (forget(number)) on_end_(number, std::move(result));
    }
  }

  bool forget(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    return pending_.erase(number) == 1;
  }

  const Openings::OnEnd& on_end_;
  std::mutex mutex_;
  // Under the mutex.
  bool is_over_ = false;
  std::map<std::uint64_t, Destination> to_begin_;
  std::vector<std::uint64_t> to_cancel_;
  std::vector<std::pair<std::uint64_t, OpenResult>> results_;
  /// Openings whose results have not been told.
  std::set<std::uint64_t> pending_;

  loop::Wakeup told_;
  std::unique_ptr<loop::Loop> loop_;
  // Used on the thread while it runs.
  Openings openings_;
  loop::Wakeup asked_;
  std::thread thread_;
};

Opener::Opener(loop::Loop& loop, const OpenSettings& settings, const Openings::OnEnd& on_end)
    : loop_(loop), settings_(settings), on_end_(on_end), here_(loop, settings, on_end) {}

Opener::~Opener() = default;

void Opener::start_thread() {
  auto its_loop = loop::Loop::make();
  if (!its_loop) return;
  try {
    thread_ = std::make_unique<OpenerThread>(loop_, *std::move(its_loop), settings_, on_end_);
  } catch (const std::system_error&) {
    // The system has no thread left.
  }
}

void Opener::begin(std::uint64_t number, Destination destination) {
  if (destination.is_tls && !thread_) start_thread();
  if (destination.is_tls && thread_) return thread_->begin(number, std::move(destination));
  here_.begin(number, std::move(destination));
}

void Opener::cancel(std::uint64_t number) {
  here_.cancel(number);
  if (thread_) thread_->cancel(number);
}

std::chrono::nanoseconds Opener::cpu_time() const {
  return thread_ ? thread_->cpu_time() : std::chrono::nanoseconds(0);
}

}  // namespace paceline::http::direct
