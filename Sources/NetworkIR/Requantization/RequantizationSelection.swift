/// Chooses one form for all rules of a layer, so that its kernel has no branch.
struct RequantizationSelection {
  private(set) var fits: [RequantizationFit] = []
  /// The cheapest form of each rule alone.
  private(set) var cheapestForms: [RequantizationForm] = []

  /// Takes the form of least cost in which every rule is exact.
  ///
  /// - Throws: `RequantizationError` naming the first rule for which no form was proven, or, where each rule has forms
  ///   but none is common to all, the first rule that misses the best form of the others.
  init(
    rules: [RequantizationRule], accumulators: [ClosedRange<Int>], clamp: ClosedRange<Int>
  ) throws(RequantizationError) {
    // Channels often are equal: each rule is looked at once for each range.
    var places: [Key: Int] = [:]
    var searches: [FormSearch] = []
    var cheapest: [RequantizationFit] = []
    var indices: [Int] = []
    indices.reserveCapacity(rules.count)
    for (channel, rule) in rules.enumerated() {
      let range = accumulators[channel]
      let key = Key(rule: rule, accumulators: range)
      if let known = places[key] { indices.append(known); continue }
      guard let search = FormSearch(rule, over: range, clamp: clamp), let fit = search.cheapest() else {
        throw .noExactForm(channel: channel, accumulators: range)
      }
      places[key] = searches.count
      indices.append(searches.count)
      searches.append(search)
      cheapest.append(fit)
    }
    guard let common = Self.common(searches, cheapest) else {
      let channel = indices.firstIndex { cheapest[$0].form == cheapest.map(\.form).max() } ?? 0
      throw .noExactForm(channel: channel, accumulators: accumulators[channel])
    }
    fits = indices.map { common[$0] }
    cheapestForms = indices.map { cheapest[$0].form }
  }

  private struct Key: Hashable {
    var rule: RequantizationRule
    var accumulators: ClosedRange<Int>
  }

  /// A fit for each search, all of the form that costs least with room for the entries of every one.
  private static func common(_ searches: [FormSearch], _ cheapest: [RequantizationFit]) -> [RequantizationFit]? {
    let weakest = cheapest.map(\.form).max() ?? .rq32
    for form in RequantizationForm.plain where form >= weakest {
      if let fits = widened(searches, cheapest, to: form) { return fits }
    }
    return RequantizationForm.listed.reduce(nil) { best, form in
      widened(searches, cheapest, to: form, cheaperThan: best.map(cost) ?? .max) ?? best
    }
  }

  /// A fit of one form, below some cost, for each search, or nil where one has none.
  private static func widened(
    _ searches: [FormSearch], _ cheapest: [RequantizationFit], to form: RequantizationForm,
    cheaperThan bound: Int = .max
  ) -> [RequantizationFit]? {
    var fits: [RequantizationFit] = []
    for (search, fit) in zip(searches, cheapest) {
      let known = fit.form == form && fit.cost < bound ? fit : nil
      guard let wide = known ?? search.exact(in: form, cheaperThan: bound) else { return nil }
      fits.append(wide)
    }
    return fits
  }

  /// What a form costs with as many entries as the channel with most of them has.
  private static func cost(_ fits: [RequantizationFit]) -> Int { fits.map(\.cost).max() ?? 0 }
}
