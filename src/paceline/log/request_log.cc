#include <fmt/format.h>
#include <paceline/log/request_log.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace paceline::log {

/// The writing thread, and the state that it shares with the callers of add().
class RequestLog::Worker {
 public:
  Worker(std::string path, RequestWriter writer, const RequestLogOptions& options)
      : path_(std::move(path)),
        options_(options),
        writer_(std::move(writer)),
        thread_([this] { work(); }) {}
  ~Worker() { close(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Result<std::int64_t> begin_run(const LoggedRun& run);
  void add(std::int64_t run, const RequestRecord& record);
  void keep(KeptTally tally);
  Result<void> status() const;
  Result<void> close();

 private:
  using Pages = RequestPages::Pages;
  /// By run and thread.
  using Tallies = std::map<std::pair<std::int64_t, std::uint64_t>, KeptTally>;

  /// What a commit writes.
  struct Batch {
    Pages pages;
    Tallies tallies;
  };

  void work();
  /// Waits until the next commit, and moves what was added to the end of the batch. False: this
  /// commit is the last.
  bool wait(Batch& batch);
  /// Writes the whole batch or, on an error, nothing.
  Result<void> write(const Batch& batch);
  void release(Pages written);
  /// The error that reports dropped requests.
  tl::unexpected<Error> lost() const;
  /// Bytes of waiting requests that trigger a commit ahead of time.
  std::size_t early() const { return options_.memory / 4; }

  const std::string path_;
  const RequestLogOptions options_;

  std::mutex writing_;
  std::optional<RequestWriter> writer_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  RequestPages added_;
  Tallies kept_;
  std::size_t requests_ = 0;  ///< Requests that are not yet in the file.
  std::size_t bytes_ = 0;     ///< Memory that these requests take.
  std::uint64_t dropped_ = 0;
  bool failing_ = false;          ///< Whether the last commit failed.
  std::optional<Error> failure_;  ///< Why a commit failed most recently.
  bool closing_ = false;

  std::thread thread_;
};

Result<std::int64_t> RequestLog::Worker::begin_run(const LoggedRun& run) {
  const std::lock_guard lock(writing_);
  auto number = writer_->add_run(run);
  if (!number) {
    return fail(ErrorCode::log_unwritable,
                fmt::format("cannot write the log '{}': {}", path_, number.error().message));
  }
  return number;
}

void RequestLog::Worker::add(std::int64_t run, const RequestRecord& record) {
  const std::size_t size = bytes_of(record);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (bytes_ + size > options_.memory) {
      ++dropped_;
      return;
    }
    added_.add(run, record);
    ++requests_;
    wake = bytes_ < early() && bytes_ + size >= early();
    bytes_ += size;
  }
  if (wake) wake_.notify_one();
}

void RequestLog::Worker::keep(KeptTally tally) {
  const std::lock_guard lock(mutex_);
  kept_.insert_or_assign({tally.run, tally.thread}, std::move(tally));
}

bool RequestLog::Worker::wait(Batch& batch) {
  std::unique_lock lock(mutex_);
  // Try a failing disk less often.
  wake_.wait_for(lock, failing_ ? 4 * options_.commit_every : options_.commit_every,
                 [this] { return closing_ || (!failing_ && bytes_ >= early()); });
  for (auto& page : added_.take()) batch.pages.push_back(std::move(page));
  // A tally that was added later replaces the one of a commit that failed.
  kept_.merge(batch.tallies);
  batch.tallies = std::exchange(kept_, {});
  return !closing_;
}

Result<void> RequestLog::Worker::write(const Batch& batch) {
  if (batch.pages.empty() && batch.tallies.empty()) return {};
  const std::lock_guard lock(writing_);
  auto written = writer_->begin();
  for (const auto& page : batch.pages) {
    for (const auto& [run, record] : page->requests()) {
      if (!written) break;
      written = writer_->write(run, record);
    }
  }
  for (const auto& [place, tally] : batch.tallies) {
    if (!written) break;
    written = writer_->write(tally);
  }
  if (written) written = writer_->commit();
  if (!written) writer_->roll_back();
  return written;
}

void RequestLog::Worker::work() {
  Batch batch;
  bool more = true;
  while (more) {
    more = wait(batch);
    auto written = write(batch);
    if (written) {
      release(std::exchange(batch.pages, {}));
      batch.tallies.clear();
    } else {
      const std::lock_guard lock(mutex_);
      failing_ = true;
      failure_ = std::move(written.error());
    }
  }
}

void RequestLog::Worker::release(Pages pages) {
  std::size_t requests = 0;
  std::size_t bytes = 0;
  for (const auto& page : pages) {
    for (const auto& request : page->requests()) bytes += bytes_of(request.record);
    requests += page->requests().size();
    page->clear();
  }
  const std::lock_guard lock(mutex_);
  failing_ = false;
  requests_ -= requests;
  bytes_ -= bytes;
  added_.give_back(std::move(pages));
}

Result<void> RequestLog::Worker::status() const {
  const std::lock_guard lock(mutex_);
  if (dropped_ > 0) return lost();
  if (!failing_) return {};
  return fail(ErrorCode::log_unwritable,
              fmt::format("cannot write the log '{}': {}; {} requests wait in memory", path_,
                          failure_->message, requests_));
}

Result<void> RequestLog::Worker::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  writer_.reset();
  const std::lock_guard lock(mutex_);
  dropped_ += std::exchange(requests_, 0);
  if (dropped_ == 0) return {};
  return lost();
}

tl::unexpected<Error> RequestLog::Worker::lost() const {
  const bool is_full = failure_ && failure_->code == ErrorCode::disk_full;
  return fail(is_full ? ErrorCode::disk_full : ErrorCode::log_incomplete,
              fmt::format("{} requests are not in the log '{}': {}", dropped_, path_,
                          failure_ ? failure_->message : "the disk is too slow"));
}

Result<std::unique_ptr<RequestLog>> RequestLog::open(const std::string& path,
                                                     const RequestLogOptions& options) {
  auto writer = RequestWriter::open(path);
  if (!writer) return tl::unexpected(std::move(writer.error()));
  auto worker = std::make_unique<Worker>(path, std::move(*writer), options);
  return std::unique_ptr<RequestLog>(new RequestLog(std::move(worker)));
}

RequestLog::RequestLog(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

RequestLog::~RequestLog() = default;

Result<std::int64_t> RequestLog::begin_run(const LoggedRun& run) {
  return worker_->begin_run(run);
}

void RequestLog::add(std::int64_t run, const RequestRecord& record) {
  worker_->add(run, record);
}

void RequestLog::keep(KeptTally tally) {
  worker_->keep(std::move(tally));
}

Result<void> RequestLog::status() const {
  return worker_->status();
}

Result<void> RequestLog::close() {
  return worker_->close();
}

}  // namespace paceline::log
