#include <fmt/format.h>
#include <paceline/log/request_log.h>
#include <paceline/log/request_pages.h>
#include <paceline/log/request_writer.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace paceline {

/// The thread that writes, and what it shares with those who add.
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

  std::variant<std::int64_t, std::string> begin_run(const LoggedRun& run);
  void add(std::int64_t run, const RequestRecord& record);
  std::optional<std::string> trouble() const;
  std::optional<std::string> close();

 private:
  using Pages = RequestPages::Pages;

  void work();
  /// Waits for the next time to commit, and appends what was added to `pages`. False: it is the
  /// last time.
  bool wait(Pages& pages);
  /// The reason why nothing of it was written.
  std::optional<std::string> write(const Pages& pages);
  void release(Pages written);
  /// A sentence about those dropped.
  std::string lost() const;
  /// So much in memory is written before its time.
  std::size_t early() const { return options_.memory / 4; }

  const std::string path_;
  const RequestLogOptions options_;

  std::mutex writing_;
  std::optional<RequestWriter> writer_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  RequestPages added_;
  std::size_t requests_ = 0;  ///< Not yet in the file.
  std::size_t bytes_ = 0;     ///< That those take.
  std::uint64_t dropped_ = 0;
  bool failing_ = false;  ///< The last commit.
  std::string failure_;   ///< Why the last commit that failed did.
  bool closing_ = false;

  std::thread thread_;
};

std::variant<std::int64_t, std::string> RequestLog::Worker::begin_run(const LoggedRun& run) {
  const std::lock_guard lock(writing_);
  auto number = writer_->add_run(run);
  if (const auto* reason = std::get_if<std::string>(&number)) {
    return fmt::format("cannot write the log '{}': {}", path_, *reason);
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

bool RequestLog::Worker::wait(Pages& pages) {
  std::unique_lock lock(mutex_);
  // A disk that fails is not asked all the time.
  wake_.wait_for(lock, failing_ ? 4 * options_.commit_every : options_.commit_every,
                 [this] { return closing_ || (!failing_ && bytes_ >= early()); });
  for (auto& page : added_.take()) pages.push_back(std::move(page));
  return !closing_;
}

std::optional<std::string> RequestLog::Worker::write(const Pages& pages) {
  if (pages.empty()) return std::nullopt;
  const std::lock_guard lock(writing_);
  auto reason = writer_->begin();
  for (const auto& page : pages) {
    for (const auto& [run, record] : page->requests()) {
      if (reason) break;
      reason = writer_->write(run, record);
    }
  }
  if (!reason) reason = writer_->commit();
  if (reason) writer_->roll_back();
  return reason;
}

void RequestLog::Worker::work() {
  Pages pages;
  bool more = true;
  while (more) {
    more = wait(pages);
    auto reason = write(pages);
    if (reason) {
      const std::lock_guard lock(mutex_);
      failing_ = true;
      failure_ = std::move(*reason);
    } else {
      release(std::exchange(pages, {}));
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

std::optional<std::string> RequestLog::Worker::trouble() const {
  const std::lock_guard lock(mutex_);
  if (dropped_ > 0) return lost();
  if (!failing_) return std::nullopt;
  return fmt::format("cannot write the log '{}': {}; {} requests wait in memory", path_, failure_,
                     requests_);
}

std::optional<std::string> RequestLog::Worker::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  writer_.reset();
  const std::lock_guard lock(mutex_);
  dropped_ += std::exchange(requests_, 0);
  if (dropped_ == 0) return std::nullopt;
  return lost();
}

std::string RequestLog::Worker::lost() const {
  return fmt::format(
      "{} requests are not in the log '{}': {}; when it can be written again, send them with "
      "--paceline_resume",
      dropped_, path_, failure_.empty() ? "the disk is too slow" : failure_);
}

std::variant<std::unique_ptr<RequestLog>, std::string> RequestLog::open(
    const std::string& path, const RequestLogOptions& options) {
  auto opened = RequestWriter::open(path);
  if (auto* sentence = std::get_if<std::string>(&opened)) return std::move(*sentence);
  auto worker = std::make_unique<Worker>(path, std::move(std::get<RequestWriter>(opened)), options);
  return std::unique_ptr<RequestLog>(new RequestLog(std::move(worker)));
}

RequestLog::RequestLog(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

RequestLog::~RequestLog() = default;

std::variant<std::int64_t, std::string> RequestLog::begin_run(const LoggedRun& run) {
  return worker_->begin_run(run);
}

void RequestLog::add(std::int64_t run, const RequestRecord& record) {
  worker_->add(run, record);
}

std::optional<std::string> RequestLog::trouble() const {
  return worker_->trouble();
}

std::optional<std::string> RequestLog::close() {
  return worker_->close();
}

}  // namespace paceline
