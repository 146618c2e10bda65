import type { PackageMessages } from './en.js';
import type { Format } from './format.js';

/** German texts of the package's own components. */
export const de = (f: Format): PackageMessages => {
  const credits = (count: number) =>
    `${f.number(count)} ${f.plural(count, { one: 'Credit', other: 'Credits' })}`;
  const were = (count: number) =>
    `${credits(count)} ${f.plural(count, { one: 'wurde', other: 'wurden' })}`;
  return {
    credits,
    close: 'Schließen',
    retry: 'Erneut versuchen',
    loading: 'Wird geladen…',
    requestId: (id) => `Kennung der Anfrage: ${id}`,
    creditCard: {
      title: 'Verfügbare Credits',
      perCycle: (count) => `${credits(count)} je Zyklus`,
      perPaidCycle: (count) => `${credits(count)} je Zyklus, sobald der Tarif bezahlt ist`,
      once: (count) => `${credits(count)} zum Start`,
      held: 'für laufende Aufträge reserviert',
      announce: (count) => `${credits(count)} verfügbar`,
      pools: { purchased: 'einzeln gekauft', promo: 'aus Aktionen' },
      debt: 'nach einer Erstattung offen',
    },
    connection: {
      connected: 'Mit Wix verbunden',
      waiting: 'Wartet auf Wix',
      removed: 'Nicht installiert',
    },
    connectionHint: {
      connected: 'Ihre Website und diese App sind in Verbindung.',
      waiting: 'Wix hat die Installation noch nicht bestätigt. Das dauert meist nur Sekunden.',
      removed: 'Die App wurde von dieser Website entfernt.',
    },
    live: {
      noNetwork: 'Keine Verbindung',
      reconnecting: 'Verbindung wird wiederhergestellt…',
      offline: 'Sie sind offline. Was Sie sehen, ist vielleicht nicht aktuell.',
    },
    subscription: {
      free: 'Kostenloser Tarif',
      trial: 'Testphase',
      active: 'Aktiv',
      cancelled: 'Gekündigt',
      billing_issue: 'Zahlungsproblem',
      removed: 'Entfernt',
    },
    copy: {
      action: 'Kopieren',
      done: 'Kopiert.',
      failed: 'Bitte markieren und kopieren Sie den Text selbst.',
    },
    lowCredits: {
      label: 'Credits',
      none: 'Sie haben keine Credits mehr.',
      few: (count) => `Nur noch ${credits(count)} übrig.`,
      next: (count, date) => `${credits(count)} kommen am ${date}.`,
      nextOfOther: (date) => `Die nächsten Credits kommen am ${date}.`,
    },
    preview: {
      confirm: 'Bestätigen',
      cancel: 'Abbrechen',
      understood: 'Verstanden',
      cost: (cost, left) => `Das kostet ${credits(cost)}; danach bleiben ${f.number(left)}.`,
      tooFew: (cost, available) =>
        `Das kostet ${credits(cost)}, und Sie haben ${f.number(available)}.`,
    },
    pricing: {
      title: 'Tarif wählen',
      cycleLabel: 'Abrechnung',
      monthly: 'Monatlich',
      yearly: 'Jährlich',
      save: (percent) => `${f.percent(percent)} sparen`,
      saveUpTo: (percent) => `Bis zu ${f.percent(percent)} sparen`,
      custom: 'Nach Absprache',
      perMonth: 'im Monat',
      perMonthBilledYearly: (total) => `im Monat, ${total} jährlich berechnet`,
      forever: 'solange Sie möchten',
      perCycle: (count) => `${credits(count)} jeden Monat`,
      once: (count) => `${credits(count)} einmalig`,
      popular: 'Am beliebtesten',
      current: 'Ihr Tarif',
      upgrade: (plan) => `Zu ${plan} wechseln`,
      switchToYearly: 'Auf jährlich umstellen',
      opening: 'Kasse wird geöffnet…',
      contact: 'Kontakt aufnehmen',
      notSold: {
        by_year:
          'Sie zahlen jährlich, daher gibt es auch höhere Tarife für Sie jährlich: Wählen Sie oben „Jährlich“.',
        longer:
          'Ihr Tarif ist für mehr als ein Jahr bezahlt. Höhere gibt es hier, wenn diese Zeit vorbei ist.',
      },
      downgradeAction: 'So wechseln Sie',
      includes: (plan) => `Das enthält ${plan}`,
    },
    install: {
      title: 'Fügen Sie die App zuerst Ihrer Website hinzu',
      text: 'Sie beginnt im kostenlosen Tarif. Einen anderen wählen Sie in der App, wann immer Sie möchten.',
      noAddress:
        'Suchen Sie die App im Wix App Market und fügen Sie sie dort hinzu. Den Tarif wählen Sie in der App.',
      action: 'Zur Website hinzufügen',
      actionFor: (plan) => `Zur Website hinzufügen, für ${plan}`,
    },
    compare: {
      title: 'Tarife vergleichen',
      feature: 'Leistung',
      monthly: 'Preis, monatlich',
      yearly: 'Preis, jährlich',
      credits: 'Credits',
      included: 'Enthalten',
      notIncluded: 'Nicht enthalten',
    },
    change: {
      title: (plan) => `Wechsel zu ${plan}`,
      inWix: 'in Wix',
      atStripe: 'auf der Seite von Stripe',
      why: (current, plan, place) =>
        `Der Wechsel von ${current} zu ${plan} geschieht ${place}, wo Sie auch sehen, was Sie bezahlt haben: Diese Seite beendet nie, was bezahlt ist. Das wird geschehen:`,
      whyFree: (current, place) =>
        `${current} beenden Sie ${place}, wo Sie auch sehen, was Sie bezahlt haben: Diese Seite beendet nie, was bezahlt ist. Das wird geschehen:`,
      now: 'Jetzt',
      from: (date) => `Ab ${date}`,
      plan: 'Tarif',
      credits: 'Credits',
      next: 'Nächste Credits',
      none: 'Keine',
      keepsCredits: 'Sie behalten alle Credits, die Sie dann haben.',
      losesCredits:
        'Credits des Tarifs, die bis dahin nicht verbraucht sind, verfallen mit ihm. Einzeln gekaufte Credits bleiben.',
      how: 'So geht es',
      stepsToFree: [
        'Öffnen Sie die Verwaltung Ihrer Website in Wix.',
        'Wählen Sie im Seitenmenü Apps → Apps verwalten.',
        'Öffnen Sie dort das Abo dieser App, um es zu kündigen oder die automatische Verlängerung auszuschalten.',
      ],
      stepsTo: (plan) => [
        'Öffnen Sie die Verwaltung Ihrer Website in Wix.',
        'Wählen Sie im Seitenmenü Apps → Apps verwalten.',
        `Wählen Sie dort bei dieser App ${plan}: Wix nennt das „Tarif wechseln“.`,
        `Wenn Wix ${plan} dort nicht anbietet, schalten Sie die automatische Verlängerung aus und kaufen Sie ${plan} auf dieser Seite, wenn die bezahlte Zeit vorbei ist.`,
      ],
      portal: 'Abo verwalten',
    },
    contact: {
      title: (plan) => (plan === '' ? 'Kontakt aufnehmen' : `Kontakt wegen ${plan}`),
      text: 'Dieser Tarif wird persönlich vereinbart. Schreiben Sie dem Entwickler der App: Die Adresse steht auf der Seite der App im Wix App Market. Nennen Sie diese Kennung, damit wir wissen, um welche Website es geht:',
      market: 'Seite der App im Wix App Market öffnen',
      instance: 'Kennung Ihrer Installation',
    },
    promo: {
      open: 'Haben Sie einen Aktionscode?',
      label: 'Aktionscode',
      apply: 'Einlösen',
      applying: 'Wird eingelöst…',
      empty: 'Geben Sie zuerst den Code ein.',
      added: (count) => `${credits(count)} wurden gutgeschrieben.`,
      addedUntil: (count, date) =>
        `${credits(count)} wurden gutgeschrieben. Sie gelten bis ${date}.`,
      failed: 'Der Code konnte nicht eingelöst werden. Bitte versuchen Sie es erneut.',
      refusals: {
        promo_unknown: 'Diesen Code gibt es nicht. Prüfen Sie die Schreibweise.',
        promo_redeemed: 'Dieser Code wurde auf Ihrer Website schon eingelöst.',
        promo_used_up: 'Dieser Code wurde schon so oft eingelöst, wie er darf.',
        promo_not_running: 'Dieser Code kann zurzeit nicht eingelöst werden.',
        invalid_request: 'Das sieht nicht nach einem Code aus. Prüfen Sie die Schreibweise.',
      },
    },
    topUps: {
      title: 'Credits nachkaufen',
      text: 'Credits neben Ihrem Tarif. Sie verfallen nie, und kein Tarifwechsel berührt sie.',
      once: 'einmalig',
      buy: (price) => `Für ${price} kaufen`,
    },
    history: {
      title: 'Verlauf der Credits',
      filters: 'Verlauf filtern',
      kind: 'Vorgang',
      allKinds: 'Alles',
      pool: 'Credits',
      allPools: 'Alle Credits',
      from: 'Von',
      to: 'Bis',
      clear: 'Filter löschen',
      at: 'Datum',
      what: 'Vorgang',
      change: 'Änderung',
      balance: 'Stand',
      explain: 'Erklärung',
      explainEntry: (kind, at) => `Erklären: ${kind}, ${at}`,
      kinds: {
        grant: 'Gutgeschrieben',
        reserve: 'Für einen Auftrag reserviert',
        post: 'Von einem Auftrag verbraucht',
        void: 'Zurückgegeben',
        spend: 'Verbraucht',
        reset: 'Zurückgesetzt',
        expire: 'Verfallen',
        reversal: 'Zurückgenommen',
        adjust: 'Berichtigt',
        repayment: 'Schuld beglichen',
      },
      pools: { plan: 'Aus dem Tarif', purchased: 'Einzeln gekauft', promo: 'Aus Aktionen' },
      reasons: {
        start: (count) => `${credits(Number(count))} zum Start`,
        plan_bought: (plan) => `Tarif ${plan} gekauft`,
        plan_bought_again: (plan) => `Tarif ${plan} noch einmal gekauft`,
        trial: (plan) => `Tarif ${plan} zur Probe`,
        trial_converted: (plan) => `Tarif ${plan} nach der Probe`,
        upgrade: (plan) => `Wechsel auf ${plan}`,
        new_cycle: (plan) => `Tarif ${plan}, neuer Zyklus`,
        plan_given: (plan) => `Tarif ${plan} erhalten`,
        top_up_bought: (name) => `${name} gekauft`,
        promo_code: (code) => `Aktionscode ${code}`,
        expired: () => 'Credits verfallen',
        plan_ended: () => 'Der bezahlte Tarif ist beendet',
        plan_not_ended: () => 'Der bezahlte Tarif war doch nicht beendet',
        not_due: () => 'Nach heutigem Kenntnisstand standen sie Ihnen nicht zu',
        refunded_spent: () =>
          'Credits, deren Zahlung erstattet wurde, nachdem sie verbraucht waren',
        refunded_held: () => 'Credits, deren Zahlung erstattet wurde, während sie reserviert waren',
      },
      refunded: (said) => `${said} (Zahlung erstattet)`,
      more: 'Ältere Einträge zeigen',
      loadingMore: 'Wird geladen…',
      end: 'Das ist alles.',
      emptyTitle: 'Noch keine Einträge',
      emptyText: 'Hier stehen später Ihre erhaltenen und verbrauchten Credits.',
      reversed: 'Der erste Tag liegt nach dem letzten.',
      noMatchTitle: 'Nichts gefunden',
      noMatchText: 'Zu diesen Filtern passt kein Eintrag.',
      export: 'CSV herunterladen',
      exporting: 'Wird erstellt…',
      exportFailed: 'Die Datei konnte nicht erstellt werden. Bitte versuchen Sie es erneut.',
    },
    explanation: {
      title: 'Warum es diesen Eintrag gibt',
      fromTo: (before, after) => `Von ${before} auf ${after}`,
      plan: 'Tarif',
      left: 'Noch unverbraucht',
      leftOf: (left, all) => `${left} von ${all}`,
      expires: 'Verfällt',
      action: 'Für',
      setAside: 'Reserviert',
      spent: 'Am Ende verbraucht',
      reason: 'Grund',
      fact: 'Wix meldete',
      told: (event, at) => `${event}, ${at}`,
      id: 'Eintrag',
      sentences: {
        given: (count, why) => `${were(count)} gutgeschrieben: ${why}.`,
        start: (count) =>
          `${were(count)} zum Start gutgeschrieben. Jede Website bekommt sie einmal.`,
        bought: (count, plan, day) =>
          `${plan} wurde am ${day} gekauft. Die ersten Credits daraus: ${f.number(count)}.`,
        cycle: (count, plan, day) =>
          `Am ${day} begann ein neuer Zyklus von ${plan}. Die Credits daraus: ${f.number(count)}.`,
        upgrade: (count, plan, day) =>
          `Der Tarif stieg am ${day} auf ${plan}. Seine ${credits(count)} kamen zum vorigen Stand hinzu.`,
        trial: (count, plan) =>
          `${were(count)} für die Probe von ${plan} gutgeschrieben. Jede Website bekommt sie einmal.`,
        carried: (count) => `${were(count)} von früher übernommen.`,
        topUp: (count, day) =>
          `${were(count)} am ${day} gekauft. Einzeln gekaufte Credits bleiben, bis sie verbraucht sind.`,
        promo: (count, why) => `${were(count)} für einen Code gutgeschrieben: ${why}.`,
        byHand: (count, why) => `${were(count)} von Hand gutgeschrieben: ${why}.`,
        reserve: (count, action) =>
          `${were(count)} für „${action}“ reserviert, kurz vor dem Beginn.`,
        post: (count, action) => `${were(count)} nach der Reservierung für „${action}“ verbraucht.`,
        void: (count, action, why) =>
          `${credits(count)} aus der Reservierung für „${action}“ ${count === 1 ? 'kam' : 'kamen'} zurück: ${why}.`,
        expired: 'Die Zeit dafür war abgelaufen',
        posted: 'Es wurde weniger gebraucht als reserviert',
        voided: 'Es wurde doch nicht ausgeführt',
        spend: (count, action) => `${were(count)} für „${action}“ verbraucht.`,
        reset: (count, why) =>
          `${why}: ${credits(count)} des Tarifs ${count === 1 ? 'verfiel' : 'verfielen'} mit ihm; was der kostenlose Tarif gibt, blieb.`,
        expire: (count, why) =>
          `${credits(count)} ${count === 1 ? 'blieb' : 'blieben'} bis zum letzten Tag unverbraucht und ${count === 1 ? 'verfiel' : 'verfielen'}: ${why}.`,
        reversal: (count, why) => `${were(count)} zurückgenommen: ${why}.`,
        repayment: (count, why) => `Mit ${credits(count)} wurde beglichen, was offen war: ${why}.`,
        adjust: (count, who, why) =>
          `${who} hat den Stand um ${credits(count)} berichtigt: ${why}.`,
        other: (kind, why) => `${kind} – ${why}.`,
        yourPlan: 'Ihr Tarif',
      },
    },
    usage: {
      chart: 'Verbrauchte Credits nach Tagen',
      other: 'Andere',
      day: (date, count, parts) => `${date}: ${credits(count)}${parts === '' ? '' : ` (${parts})`}`,
      table: 'Als Tabelle zeigen',
      date: 'Tag',
      total: 'Alle',
      nothing: 'Es wurden keine Credits verbraucht.',
      idle: 'Zuletzt wurden keine Credits verbraucht; es gibt nichts vorherzusagen.',
      empty: 'Sie haben keine Credits.',
      emptyUntil: (date) => `Sie haben keine Credits. Die nächsten kommen am ${date}.`,
      planEnds: (date) =>
        `Ihr Tarif endet am ${date}, bevor Ihre Credits in diesem Tempo verbraucht sind. Credits des Tarifs verfallen mit ihm.`,
      lasts: 'In diesem Tempo reichen Ihre Credits länger als ein Jahr.',
      runsOut: (date, days) =>
        `In diesem Tempo sind Ihre Credits etwa am ${date} verbraucht (${days}).`,
      untilNext: (date) =>
        `In diesem Tempo reichen Ihre Credits, bis am ${date} die nächsten kommen.`,
      pace: (perDay) =>
        `Im Schnitt ${perDay} am Tag, gemessen seit dem ersten Verbrauch, höchstens über zwei Wochen.`,
    },
    checkout: {
      processing: {
        title: (plan) =>
          plan === null
            ? 'Ihre Zahlung wird bearbeitet'
            : `Ihre Zahlung für ${plan} wird bearbeitet`,
        text: (biller) =>
          `${biller} bestätigt die Zahlung. Ihre Credits erscheinen hier von selbst, meist nach wenigen Sekunden.`,
        steps: (biller) => ['Zurück von der Kasse', `${biller} bestätigt`, 'Credits treffen ein'],
      },
      success: {
        title: (plan) => (plan === null ? 'Zahlung bestätigt' : `Sie nutzen jetzt ${plan}`),
        text: 'Vielen Dank! Die Zahlung ist bestätigt, und Ihre Credits sind da.',
        balance: (before, after) => `Ihr Stand stieg von ${before} auf ${after}`,
        newBalance: (after) => `Ihr Stand ist ${after}`,
        oldLabel: 'Vorher',
        newLabel: 'Jetzt',
        done: 'Weiter',
      },
      waiting: {
        title: (biller) => `Wir warten noch auf ${biller}`,
        text: (biller) =>
          `Die Bestätigung dauert länger als sonst. Wir behalten sie im Blick, und Ihre Credits erscheinen hier, sobald ${biller} die Zahlung bestätigt. Sie können die App inzwischen nutzen.`,
        unpaid: 'Falls Sie die Kasse vor dem Bezahlen geschlossen haben, wurde nichts abgebucht.',
        done: 'App inzwischen nutzen',
      },
      mail: {
        promise: (address) =>
          `Wir schreiben an ${address}, sobald die Zahlung bestätigt ist. Sie können diese Seite schließen.`,
        label: 'Per E-Mail Bescheid geben',
        action: 'Bescheid geben',
        failed:
          'Die Adresse konnte nicht gespeichert werden. Prüfen Sie sie und versuchen Sie es erneut.',
      },
      cancelled: {
        title: 'Kauf abgebrochen',
        text: (plan) =>
          plan === null
            ? 'Sie haben die Kasse vor dem Bezahlen verlassen – nichts wurde abgebucht, Ihr Tarif ist unverändert.'
            : `Sie haben die Kasse für ${plan} vor dem Bezahlen verlassen – nichts wurde abgebucht, Ihr Tarif ist unverändert.`,
        resume: 'Kauf fortsetzen',
        done: 'Zurück zur App',
      },
      declined: {
        title: 'Die Zahlung wurde abgelehnt',
        text: (plan) =>
          plan === null
            ? 'Es wurde nichts abgebucht, Ihr Tarif ist unverändert. Versuchen Sie es mit einer anderen Karte.'
            : `Für ${plan} wurde nichts abgebucht, Ihr Tarif ist unverändert. Versuchen Sie es mit einer anderen Karte.`,
        resume: 'Andere Karte versuchen',
      },
      expired: {
        title: 'Dieser Kauf ist abgelaufen',
        text: (_plan) =>
          'Er wurde nicht rechtzeitig bezahlt. Es wurde nichts abgebucht; wählen Sie den Tarif noch einmal.',
        resume: '',
      },
      unknown: {
        title: 'Diese Zahlung ist hier nicht bekannt',
        text: (biller) =>
          `Die Adresse, über die Sie gekommen sind, gehört zu keinem Kauf dieser Website. Über eine Zahlung lässt sich deshalb nichts sagen. Falls Sie für diese Website bezahlt haben, erscheinen Tarif und Credits hier von selbst, sobald ${biller} es bestätigt. Wenn nicht, suchen Sie bitte den Beleg von ${biller} heraus und wenden Sie sich an den Support.`,
        done: 'Zurück zur App',
      },
      offline: {
        title: 'Sie sind offline',
        text: 'Falls Sie gerade bezahlt haben: Ihre Zahlung ist sicher. Sie wird auch ohne diese Seite bestätigt. Sobald Sie wieder verbunden sind, geht es hier von selbst weiter.',
      },
      unwatched: {
        title: 'Noch nicht bestätigt',
        text: 'Ihre Sitzung bei Wix ist beendet, daher fragt diese Seite nicht mehr nach Ihrer Zahlung. Wenn Sie bezahlt haben, wird sie auch ohne diese Seite bestätigt. Laden Sie die Seite im Browser neu, um den Stand zu sehen.',
      },
      interrupted: 'Der Server ist gerade nicht erreichbar. Wir versuchen es weiter.',
    },
    job: {
      queued: 'Wartet',
      processing: 'In Arbeit',
      optimizing: 'Wird optimiert',
      publishing: 'Wird veröffentlicht',
      completed: 'Fertig',
      failed: 'Fehlgeschlagen',
      cancelled: 'Abgebrochen',
    },
    jobProgress: {
      label: 'Fortschritt',
      announce: (percent, step) => `${f.percent(percent / 100)}, ${step}`,
      attempt: (attempt) => `Versuch ${f.number(attempt)}`,
      creditBack: (count) =>
        count === 1
          ? 'Der Credit ist wieder in Ihrem Stand.'
          : `${credits(count)} sind wieder in Ihrem Stand.`,
      open: 'Ergebnis öffnen',
      unknownFailure: 'Der Auftrag endete mit einem Fehler.',
    },
    errors: {
      title: 'Das hat nicht geklappt',
      text: 'Dieser Teil der Seite konnte nicht geladen werden.',
      crashed: 'Auf dieser Seite ist etwas Unerwartetes geschehen.',
      offlineTitle: 'Keine Verbindung',
      offlineText:
        'Der Server war nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
      sessionPaidText:
        'Falls Sie gerade bezahlt haben: Ihre Zahlung ist sicher. Sie wird auch ohne diese Seite bestätigt, und Ihre Credits werden da sein.',
      sessionTitle: 'Bitte laden Sie die Seite neu',
      sessionText:
        'Ihre Sitzung bei Wix ist beendet. Laden Sie die Seite im Browser neu, um weiterzumachen.',
      sessionUnsaved:
        'Ihre Sitzung bei Wix ist beendet: Hier kann nichts mehr gespeichert werden. Kopieren Sie, was noch nicht gespeichert ist, und laden Sie die Seite dann im Browser neu.',
      sessionReload: 'Neu laden',
      forbiddenTitle: 'Kein Zugang',
      forbiddenText:
        'Nur der Eigentümer dieser Website kann diese App nutzen. Bitten Sie ihn, sie zu öffnen.',
      refusals: {
        already_on_plan: 'Diesen Tarif haben Sie schon: Es gibt nichts zu kaufen.',
        downgrade_not_sold:
          'Ein niedrigerer Tarif wird hier nicht verkauft, solange ein höherer läuft.',
        billing_cycle_not_sold:
          'Ihr Tarif ist für eine längere Zeit bezahlt. Eine kürzere wird hier erst verkauft, wenn diese vorbei ist.',
      },
      checkout: 'Die Kasse konnte nicht geöffnet werden.',
      ownerOnly: 'Das kann nur der Eigentümer dieser Website.',
      rateLimited: 'Das ging etwas schnell. Bitte warten Sie kurz und versuchen Sie es erneut.',
      unreachable:
        'Der Server war nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
      missingTitle: 'Öffnen Sie diese Seite in Wix',
      missingText:
        'Diese Seite arbeitet innerhalb von Wix: Öffnen Sie die Verwaltung Ihrer Website, wählen Sie im Seitenmenü Apps und öffnen Sie dort die App. Ist sie noch nicht auf Ihrer Website, fügen Sie sie zuerst im Wix App Market hinzu.',
    },
  };
};
