//! What is paid once: a payment of its own, and no invoice.

use serde_json::{Value, json};

use super::StandIn;

impl StandIn {
    /// The payer pays once on the page.
    pub(crate) fn pay_once(&self, session_id: &str) -> Vec<Value> {
        let charge = self.charge(session_id);
        let session = self.complete(session_id, "paid");
        vec![
            self.event("charge.succeeded", &charge, None),
            self.event("checkout.session.completed", &session, None),
        ]
    }

    /// The payer chooses a way to pay that takes days.
    pub(crate) fn pay_later(&self, session_id: &str) -> Vec<Value> {
        self.charge(session_id);
        let session = self.complete(session_id, "unpaid");
        vec![self.event("checkout.session.completed", &session, None)]
    }

    /// What was to come days later comes.
    pub(crate) fn payment_arrives(&self, session_id: &str) -> Vec<Value> {
        let session = self.complete(session_id, "paid");
        vec![self.event("checkout.session.async_payment_succeeded", &session, None)]
    }

    /// A coupon leaves nothing to pay: there is no payment.
    pub(crate) fn pay_nothing(&self, session_id: &str) -> Vec<Value> {
        let session = self.complete(session_id, "no_payment_required");
        vec![self.event("checkout.session.completed", &session, None)]
    }

    /// All of what was paid on the page is given back.
    pub(crate) fn refund_payment(&self, session_id: &str) -> Value {
        let id = self.charge_of(session_id)["id"].as_str().unwrap().to_owned();
        let charge = {
            let mut world = self.world();
            let charge = world.charges.get_mut(&id).unwrap();
            charge["amount_refunded"] = charge["amount"].clone();
            charge["refunded"] = json!(true);
            charge.clone()
        };
        self.event("charge.refunded", &charge, None)
    }

    /// The payer's bank takes back what was paid on the page.
    pub(crate) fn dispute_payment(&self, session_id: &str) -> Value {
        self.tell_of_dispute(session_id, "created", "needs_response")
    }

    /// Something becomes of the dispute about what was paid on the page.
    pub(crate) fn tell_of_dispute(&self, session_id: &str, what: &str, status: &str) -> Value {
        let charge = self.charge_of(session_id);
        let dispute = json!({ "id": format!("du_{session_id}"), "object": "dispute", "charge": charge["id"],
            "payment_intent": charge["payment_intent"], "status": status, "reason": "fraudulent" });
        self.event(&format!("charge.dispute.{what}"), &dispute, None)
    }

    fn charge_of(&self, session_id: &str) -> Value {
        let payment = self.session(session_id)["payment_intent"].clone();
        let world = self.world();
        world.charges.values().find(|charge| charge["payment_intent"] == payment).unwrap().clone()
    }

    /// The payment of a page; Stripe copies its metadata onto the charge.
    fn charge(&self, session_id: &str) -> Value {
        let (session, intent, id) = (self.session(session_id), self.id("pi"), self.id("ch"));
        let charge = json!({
            "id": id, "object": "charge", "amount": session["amount_subtotal"], "amount_refunded": 0, "refunded": false,
            "invoice": null, "payment_intent": intent, "customer": session["customer"],
            "metadata": session["payment_intent_data"]["metadata"], "billing_details": { "name": "Jenny Rosen" },
        });
        let mut world = self.world();
        world.charges.insert(id, charge.clone());
        world.sessions.get_mut(session_id).unwrap()["payment_intent"] = json!(intent);
        charge
    }

    fn complete(&self, session_id: &str, payment_status: &str) -> Value {
        let mut world = self.world();
        let session = world.sessions.get_mut(session_id).unwrap();
        session["status"] = json!("complete");
        session["payment_status"] = json!(payment_status);
        session["url"] = json!(null);
        session["customer_details"] = json!({ "email": "jenny@example.com", "name": "Jenny Rosen" });
        session.clone()
    }
}
