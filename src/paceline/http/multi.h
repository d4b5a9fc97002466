#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <paceline/http/shard.h>
#include <paceline/http/sockets.h>
#include <paceline/http/transfer.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// libcurl's multi interface on the loop, sharded over several multi handles.
class Multi {
 public:
  /// How many multi handles so many transfers are spread over.
  static std::size_t shards_for(std::size_t transfers);

  Multi(Loop& loop, std::size_t transfers, Shard::OnEnd on_end);

  /// For the transfers that it carries.
  Sockets& sockets() { return sockets_; }
  /// One and the same for an exchange.
  Shard& shard_of(const Exchange& exchange);

 private:
  Sockets sockets_;
  Shard::OnEnd on_end_;
  // They close connections when they die, so they die before the sockets' watches.
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace paceline
