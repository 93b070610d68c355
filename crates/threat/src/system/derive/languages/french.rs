//! French. Infinitives that are English nouns (`payer`, `modifier`, `exporter`) are left out.

use super::Act::{
    Account, Export, Filter, LogIn, Lost, Message, Move, Moved, Password, Reach, Send, Told, Value,
};
use super::Language;
use crate::system::DataClass;

pub(super) const WORDS: Language = Language {
    classes: &[
        (
            DataClass::Personal,
            &[
                "adresse",
                "civilite",
                "codepostal",
                "courriel",
                "datedenaissance",
                "datenaissance",
                "lieudenaissance",
                "lieunaissance",
                "naissance",
                "nationalite",
                "nomdefamille",
                "prenom",
                "prenoms",
                "situationfamiliale",
            ],
        ),
        (
            DataClass::Health,
            &[
                "allergie",
                "groupesanguin",
                "maladie",
                "maladies",
                "medecin",
                "medicament",
                "medicaments",
                "ordonnance",
                "sante",
                "vaccin",
            ],
        ),
        (
            DataClass::Financial,
            &[
                "comptebancaire",
                "facture",
                "montant",
                "numerodecompte",
                "paiement",
                "remboursement",
                "salaire",
                "virement",
            ],
        ),
        (DataClass::Card, &["cartebancaire", "cartedecredit", "numerocarte", "numerodecarte"]),
        (
            DataClass::Government,
            &[
                "cartedidentite",
                "carteidentite",
                "numerofiscal",
                "passeport",
                "permisdeconduire",
                "securitesociale",
            ],
        ),
        (DataClass::Credential, &["motdepasse"]),
        (DataClass::Business, &["chiffredaffaires", "fournisseur"]),
    ],
    acts: &[
        (LogIn, &["authentification", "connexion", "motdepasse"]),
        (Move, &["acheter", "commander", "rembourser", "reserver", "retirer", "transferer"]),
        (
            Moved,
            &[
                "achat",
                "achats",
                "commande",
                "commandes",
                "paiement",
                "paiements",
                "remboursement",
                "remboursements",
                "virement",
                "virements",
            ],
        ),
        (Send, &["envoyer"]),
        (Message, &["courriel", "courriels"]),
        (Told, &["oublie", "renvoyer"]),
        (Lost, &["oublie", "recuperer", "reinitialisation", "reinitialiser"]),
        (Password, &["motdepasse"]),
        (Export, &["telecharger"]),
        (Filter, &["filtre", "filtres", "trier"]),
        (Account, &["compte", "comptes", "profil", "utilisateur", "utilisateurs"]),
        (Reach, &["courriel", "telephone"]),
        (Value, &["montant", "prix", "quantite", "remise"]),
    ],
};
