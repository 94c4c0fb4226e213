/// The arithmetic that turns accumulators into codes, and what it was proven for.
package struct PlannedRequantization: Codable, Equatable, Sendable {
  /// The one that the layer's kernel computes, in all channels.
  package var form: RequantizationForm
  /// Proven equal to the model's rule on every accumulator that can occur.
  package var exact: Bool
  package var channels: Int
  /// Least and greatest code.
  package var low: Int
  package var high: Int
  /// Least and greatest accumulator, over all channels, that can occur and that the proof covers.
  package var accumulatorLow: Int
  package var accumulatorHigh: Int
  /// Exceptions or thresholds stored for each channel; 0 in forms that have none.
  package var entriesPerChannel: Int
  /// How many channels would do with which form, cheapest first; adds up to `channels`.
  package var cheapestForms: [ChannelCount]

  /// Channels whose cheapest exact form is the same.
  package struct ChannelCount: Codable, Equatable, Sendable {
    package var form: RequantizationForm
    package var channels: Int

    package init(form: RequantizationForm, channels: Int) {
      self.form = form
      self.channels = channels
    }
  }

  package init(
    form: RequantizationForm, exact: Bool, channels: Int, low: Int, high: Int, accumulatorLow: Int,
    accumulatorHigh: Int, entriesPerChannel: Int, cheapestForms: [ChannelCount]
  ) {
    self.form = form
    self.exact = exact
    self.channels = channels
    self.low = low
    self.high = high
    self.accumulatorLow = accumulatorLow
    self.accumulatorHigh = accumulatorHigh
    self.entriesPerChannel = entriesPerChannel
    self.cheapestForms = cheapestForms
  }

  /// The record of a proven requantization, for as many output channels as share or own its rules.
  package init(_ requantization: Requantization, channels: Int) {
    let counts = RequantizationForm.allCases.compactMap { form -> ChannelCount? in
      let count = requantization.cheapestForms.count { $0 == form }
      return count == 0 ? nil : ChannelCount(form: form, channels: count)
    }
    self.init(
      form: requantization.form, exact: true, channels: channels, low: requantization.clamp.lowerBound,
      high: requantization.clamp.upperBound,
      accumulatorLow: requantization.accumulators.map(\.lowerBound).min() ?? 0,
      accumulatorHigh: requantization.accumulators.map(\.upperBound).max() ?? 0,
      entriesPerChannel: requantization.entriesPerChannel,
      cheapestForms: requantization.rules.count == 1
        ? counts.map { ChannelCount(form: $0.form, channels: channels) } : counts)
  }
}
