#include <paceline/http/curl/curl_openings.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace paceline::http::curl {
namespace {

/// The most openings at once, so that the server's queue does not overflow.
constexpr std::size_t at_once = 64;

// libcurl opens connections for transfers only. An upload that is resumed at the end of its file
// has nothing to send: libcurl opens the connection, keeps it, and ends the transfer with
// CURLE_PARTIAL_FILE before it sends a request.
void make_opening(CURL* easy, std::chrono::milliseconds timeout) {
  constexpr curl_off_t length = 1;
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  // Otherwise the connection of an earlier opening would be taken.
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, length);
  curl_easy_setopt(easy, CURLOPT_RESUME_FROM_LARGE, length);
  const curl_seek_callback seek = [](void*, curl_off_t, int) { return CURL_SEEKFUNC_OK; };
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek);
  const curl_read_callback read = [](char*, std::size_t, std::size_t, void*) -> std::size_t {
    return CURL_READFUNC_ABORT;
  };
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
}

}  // namespace

CurlOpenings::CurlOpenings(CurlTransfer::Shared& shared, MultiOf multi_of)
    : shared_(shared), multi_of_(std::move(multi_of)) {}

CurlOpenings::~CurlOpenings() {
  for (const auto& opening : openings_) opening->multi->remove(opening->transfer);
}

void CurlOpenings::open(std::shared_ptr<const Target> target,
                        std::span<const Resolver::Known> hosts, std::size_t connections) {
  target_ = std::move(target);
  hosts_.assign(hosts.begin(), hosts.end());
  next_ = 0;
  end_ = connections;
  while (next_ < end_ && openings_.size() < at_once) open_next();
}

void CurlOpenings::open_next() {
  auto opening = std::make_unique<Opening>(next_++, shared_);
  opening->transfer.prepare(target_, hosts_);
  make_opening(opening->transfer.raw(), shared_.options.timeout);
  CurlMulti& multi = multi_of_(opening->transfer);
  opening->multi = &multi;
  multi.add(opening->transfer);
  openings_.push_back(std::move(opening));
  multi.advance();
}

bool CurlOpenings::end(const CurlTransfer& transfer, CURLcode code) {
  const auto found =
      std::find_if(openings_.begin(), openings_.end(),
                   [&transfer](const auto& opening) { return &opening->transfer == &transfer; });
  if (found == openings_.end()) return false;
  // The request that needs the connection reports the error.
  if (code != CURLE_PARTIAL_FILE) end_ = next_;
  if (const auto times = transfer.connect_times(); times && code == CURLE_PARTIAL_FILE) {
    shared_.sink.opened(*times);
  }
  openings_.erase(found);
  if (next_ < end_) open_next();
  return true;
}

}  // namespace paceline::http::curl
