/// Which colour is which side; the same everywhere.
enum SideLegend {
  static func markup(hasHoldout: Bool) -> Markup {
    Markup("p", ["class": "legend sides"]) {
      Markup("span") {
        Markup("i", ["class": "swatch real"])
        "real"
      }
      Markup("span") {
        Markup("i", ["class": "swatch synthetic"])
        "synthetic"
      }
      if hasHoldout {
        Markup("span") {
          Markup("i", ["class": "swatch holdout"])
          "held out"
        }
      }
    }
  }
}
