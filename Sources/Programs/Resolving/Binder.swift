import Steps

/// Puts the words behind a step's name in their places.
struct Binder {
    let catalogue: Catalogue
    let scope: Scope
    let step: String
    let settings: [Setting]

    func bind(_ call: Call) throws(ProgramError) -> [String: Value] {
        var values: [String: Value] = [:]
        var places = settings.filter(\.isPositional)[...]
        func set(_ setting: Setting, _ value: Value, at word: Word) throws(ProgramError) {
            guard values[setting.name] == nil else { throw scope.error(.duplicateKey(setting.name), at: word.span) }
            values[setting.name] = value
        }
        for argument in call.arguments {
            switch argument {
            case .block:
                continue
            case .value(let word):
                if let flag = settings.first(where: { $0.name == word.text }), case .flag = flag.kind {
                    try set(flag, .flag, at: word)
                } else if let place = places.first(where: { values[$0.name] == nil }) {
                    try set(place, value(word, for: place), at: word)
                    places = places.drop { $0.name != place.name }.dropFirst()
                } else {
                    throw scope.error(catalogue.fault(ofSurplus: word.text, step: step), at: word.span)
                }
            case .keyed(let key, let word):
                guard let setting = settings.first(where: { $0.name == key.text }) else {
                    throw unknownKey(key)
                }
                try set(setting, scope.value(word, for: setting, step: step), at: key)
            }
        }
        for setting in settings where values[setting.name] == nil {
            if let standard = setting.standard {
                values[setting.name] = standard
            } else if !setting.isOptional {
                throw scope.error(.missing(parameter: setting.name, step: step), at: call.headSpan)
            }
        }
        return values
    }

    /// What a word in its place says.
    private func value(_ word: Word, for place: Setting) throws(ProgramError) -> Value {
        do {
            return try scope.value(word, for: place, step: step)
        } catch {
            throw catalogue.isStep(word.text) ? scope.error(.missingBar(word.text, step: step), at: word.span) : error
        }
    }

    private func unknownKey(_ key: Word) -> ProgramError {
        let names = settings.map(\.name)
        let meant = OtherWords.key(key.text, among: names) ?? nearest(key.text, among: names)
        return scope.error(.unknownKey(key.text, step: step, nearest: meant), at: key.span)
    }
}
