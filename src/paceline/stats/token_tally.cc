#include <paceline/stats/token_tally.h>

namespace paceline {

void TokenTally::merge(const TokenTally& other) {
  ttft.merge(other.ttft);
  itl.merge(other.itl);
  tpot.merge(other.tpot);
  replies_with_usage += other.replies_with_usage;
  replies_counted += other.replies_counted;
  in += other.in;
  cached += other.cached;
  out += other.out;
  lengths_asked += other.lengths_asked;
  lengths_off += other.lengths_off;
}

double TokenTally::off_ratio() const {
  if (lengths_asked == 0) return 0;
  return static_cast<double>(lengths_off) / static_cast<double>(lengths_asked);
}

}  // namespace paceline
