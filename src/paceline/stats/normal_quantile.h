#pragma once

namespace paceline::stats {

/// The quantile `p` of the standard normal distribution, to about 16 digits: the algorithm AS 241
/// (Wichura 1988). Unlike std::normal_distribution, gives the same result with every standard
/// library, apart from the rounding of its logarithm. Precondition: 0 < p < 1.
double normal_quantile(double p);

}  // namespace paceline::stats
