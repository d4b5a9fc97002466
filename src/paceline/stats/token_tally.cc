#include <paceline/stats/token_tally.h>

namespace paceline {

void TokenTally::merge(const TokenTally& other) {
  ttft.merge(other.ttft);
  ttfa.merge(other.ttfa);
  itl.merge(other.itl);
  tpot.merge(other.tpot);
  streams += other.streams;
  streams_without_tokens += other.streams_without_tokens;
  streams_with_thoughts += other.streams_with_thoughts;
  responses_with_usage += other.responses_with_usage;
  responses_counted += other.responses_counted;
  out += other.out;
  in += other.in;
  responses_with_in += other.responses_with_in;
  cached += other.cached;
  responses_with_cached += other.responses_with_cached;
  lengths_asked += other.lengths_asked;
  length_mismatches += other.length_mismatches;
}

double TokenTally::length_mismatch_ratio() const {
  if (lengths_asked == 0) return 0;
  return static_cast<double>(length_mismatches) / static_cast<double>(lengths_asked);
}

}  // namespace paceline
