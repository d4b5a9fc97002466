#include <curl/curl.h>
#include <paceline/http/exchange.h>
#include <paceline/http/multi.h>

#include <mutex>
#include <utility>

namespace paceline {
namespace {

void init_libcurl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

std::size_t Multi::shards_for(std::size_t transfers) {
  return (transfers + Shard::most_transfers - 1) / Shard::most_transfers;
}

Multi::Multi(Loop& loop, std::size_t transfers, Shard::OnEnd on_end)
    : sockets_(loop), on_end_(std::move(on_end)) {
  init_libcurl_once();
  for (std::size_t i = 0; i < shards_for(transfers); ++i) {
    shards_.push_back(std::make_unique<Shard>(loop, sockets_, on_end_));
  }
}

Shard& Multi::shard_of(const Exchange& exchange) {
  return *shards_[exchange.number() / Shard::most_transfers];
}

}  // namespace paceline
